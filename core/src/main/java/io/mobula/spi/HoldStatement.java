package io.mobula.spi;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import java.util.Objects;

/**
 * What a node says about its hold on one object. Of two by the same node about the same object the
 * one with the higher version counts, whoever brings them.
 *
 * @param id the object
 * @param node who says so
 * @param version grows with everything that this node says; zero if it never said anything
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
