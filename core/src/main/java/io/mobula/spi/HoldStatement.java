package io.mobula.spi;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import java.util.Objects;

/**
 * Statement of a node about whether it holds an object. Of two statements by the same node about
 * the same object, the one with the higher version counts, whichever node delivers it.
 *
 * @param id the object
 * @param node the node that makes the statement
 * @param version increases with every statement of the node; zero if it has made none
 * @param held whether the node holds the object
 */
public record HoldStatement(ObjectId id, NodeId node, long version, boolean held) {
  /** Refuses null and negative versions. */
  public HoldStatement {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(node, "node");
    if (version < 0) {
      throw new IllegalArgumentException("A version is not negative: " + version + " for " + id);
    }
  }
}
