package io.mobula.internal.execution;

import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All work of one driver: the tasks and actors that its process submits, those that they submit in
 * turn, and so on, on any node.
 *
 * @param driver the node of the driver's process
 * @param forwardsOutput whether the output of its work is sent to the driver
 * @param environment the jars that its work needs, or null if the nodes have its classes
 * @param weight its share of a contended node, relative to other jobs of weight 1
 */
public record Job(
    NodeId driver,
    boolean forwardsOutput,
    @Nullable RuntimeEnvironment environment,
    double weight) {
  /** Rejects a null driver, and a weight that is not positive and finite. */
  public Job {
    Objects.requireNonNull(driver, "driver");
    if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("Got a weight of " + weight + ": it is more than 0.");
    }
  }

  /**
   * Returns the job that the calling thread works for: {@code own}, unless the thread runs work of
   * another job.
   */
  public static Job current(Job own) {
    var execution = Execution.current();
    return execution == null ? own : execution.job();
  }

  /** Writes this job to a frame. */
  public void write(FrameWriter out) {
    out.int64(driver.incarnation()).int64(Double.doubleToLongBits(weight)).flag(forwardsOutput);
    out.flag(environment != null);
    if (environment != null) {
      environment.write(out);
    }
  }

  /** Reads a job that {@link #write} has written. */
  public static Job read(FrameReader in) {
    var driver = new NodeId(in.int64());
    double weight = Double.longBitsToDouble(in.int64());
    boolean output = in.flag();
    var environment = in.flag() ? RuntimeEnvironment.read(in) : null;
    return in.construct(() -> new Job(driver, output, environment, weight));
  }
}
