package io.mobula.internal.directory;

import io.mobula.NodeId;

/**
 * Maker of statements: a node, or a shard of the directory, which holds the dependencies of its own
 * records.
 *
 * @param node incarnation of the node; zero for a shard
 * @param shard number of the shard; zero for a node
 */
record Participant(long node, int shard) {

  static Participant node(NodeId id) {
    return new Participant(id.incarnation(), 0);
  }

  static Participant shard(int number) {
    return new Participant(0, number);
  }

  boolean isNode() {
    return node != 0;
  }

  NodeId nodeId() {
    if (!isNode()) {
      throw new IllegalStateException(this + " is no node");
    }
    return new NodeId(node);
  }

  @Override
  public String toString() {
    return isNode() ? "node " + nodeId() : "shard " + shard;
  }
}
