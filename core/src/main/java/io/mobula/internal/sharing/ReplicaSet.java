package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which nodes have a copy of one object, of which there are to be several. Immutable.
 *
 * @param wanted how many there are to be
 * @param holders who has one, as far as is known
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

  /** Whether it falls to that node to have copies made: one of the holders, the same for all. */
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
