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
 * @param output whether what its work prints shall come to it
 * @param environment the jars that its work needs, or null if the nodes have its classes
 */
public record Program(
    NodeId driver, boolean output, @Nullable Environment environment) {
  /** Refuses a null driver. */
  public Program {
    Objects.requireNonNull(driver, "driver");
  }

  /** The program that the calling thread works for: {@code own}, unless it runs work of another. */
  public static Program present(Program own) {
    var execution = Execution.current();
    return execution == null ? own : execution.program();
  }

  /** Writes it. */
  public void write(FrameWriter out) {
    out.int64(driver.incarnation()).flag(output).flag(environment != null);
    if (environment != null) {
      environment.write(out);
    }
  }

  /** Reads what {@link #write} has written. */
  public static Program read(FrameReader in) {
    return new Program(new NodeId(in.int64()), in.flag(), in.flag() ? Environment.read(in) : null);
  }
}
