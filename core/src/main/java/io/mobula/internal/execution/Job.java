package io.mobula.internal.execution;

import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The user's program that work belongs to: what its process submits, what that submits, and so on,
 * on whichever nodes.
 *
 * @param driver the node of its process
 * @param forwardsOutput whether what its work prints shall come to it
 * @param environment the jars that its work needs, or null if the nodes have its classes
 * @param weight how much of a node it may hold beside other programs, for each 1 of theirs
 */
public record Job(
    NodeId driver,
    boolean forwardsOutput,
    @Nullable RuntimeEnvironment environment,
    double weight) {
  /** Refuses a null driver, and a weight that is none. */
  public Job {
    Objects.requireNonNull(driver, "driver");
    if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("Got a weight of " + weight + ": it is more than 0.");
    }
  }

  /** The program that the calling thread works for: {@code own}, unless it runs work of another. */
  public static Job current(Job own) {
    var execution = Execution.current();
    return execution == null ? own : execution.job();
  }

  /** Writes it. */
  public void write(FrameWriter out) {
    out.int64(driver.incarnation()).int64(Double.doubleToLongBits(weight)).flag(forwardsOutput);
    out.flag(environment != null);
    if (environment != null) {
      environment.write(out);
    }
  }

  /** Reads what {@link #write} has written. */
  public static Job read(FrameReader in) {
    var driver = new NodeId(in.int64());
    double weight = Double.longBitsToDouble(in.int64());
    boolean output = in.flag();
    var environment = in.flag() ? RuntimeEnvironment.read(in) : null;
    return in.construct(() -> new Job(driver, output, environment, weight));
  }
}
