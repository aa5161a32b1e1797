package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Nodes that have a copy of one object with several replicas. Immutable.
 *
 * @param wanted the wanted number of replicas
 * @param holders the nodes that have one, as far as is known
 */
record ReplicaSet(int wanted, List<NodeId> holders) {
  ReplicaSet {
    holders = List.copyOf(holders);
  }

  boolean lacksReplicas() {
    return holders.size() < wanted;
  }

  ReplicaSet with(NodeId node) {
    return holders.contains(node)
        ? this
        : new ReplicaSet(
            wanted, Stream.concat(holders.stream(), Stream.of(node)).toList());
  }

  ReplicaSet without(NodeId node) {
    return new ReplicaSet(
        wanted, holders.stream().filter(each -> !each.equals(node)).toList());
  }

  /**
   * Returns whether that node is responsible for restoring replicas: one of the holders, and the
   * same one for all.
   */
  boolean isRestoredBy(NodeId node) {
    return holders.stream()
        .min(Comparator.comparingLong(NodeId::incarnation))
        .filter(node::equals)
        .isPresent();
  }

  void write(FrameWriter out) {
    out.int32(wanted).list(holders, (to, node) -> to.int64(node.incarnation()));
  }

  static ReplicaSet read(FrameReader in) {
    return new ReplicaSet(in.int32(), in.list(from -> new NodeId(from.int64())));
  }
}
