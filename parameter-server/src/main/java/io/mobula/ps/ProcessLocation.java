package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.NodeId;
import java.util.Objects;

/**
 * Where an actor lives.
 *
 * @param node the node
 * @param pid the node's process on its host
 */
public record ProcessLocation(NodeId node, long pid) {
  /** Refuses null. */
  public ProcessLocation {
    Objects.requireNonNull(node, "node");
  }

  /**
   * Where the task or actor method that calls this runs.
   *
   * @throws io.mobula.error.NoRuntimeException when the caller is neither
   */
  public static ProcessLocation here() {
    return new ProcessLocation(Mobula.context().node(), ProcessHandle.current().pid());
  }
}
