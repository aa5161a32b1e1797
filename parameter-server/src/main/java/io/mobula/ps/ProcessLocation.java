package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.NodeId;
import java.util.Objects;

/**
 * Location of an actor or a task: its node and process.
 *
 * @param node id of the node
 * @param pid id of the node's process on its host
 */
public record ProcessLocation(NodeId node, long pid) {
  /** Refuses a null node. */
  public ProcessLocation {
    Objects.requireNonNull(node, "node");
  }

  /**
   * Returns the location of the task or actor method that calls this.
   *
   * @throws io.mobula.error.NoRuntimeException when the caller is neither
   */
  public static ProcessLocation here() {
    return new ProcessLocation(Mobula.context().node(), ProcessHandle.current().pid());
  }
}
