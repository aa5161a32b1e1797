package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.Objects;

/**
 * Address of one incarnation of an actor.
 *
 * @param node the node that hosts it
 * @param incarnation how often the actor has been placed, from one; two incarnations share no state
 */
record ActorAddress(NodeId node, int incarnation) {
  ActorAddress {
    Objects.requireNonNull(node, "node");
  }

  void write(FrameWriter out) {
    out.int64(node.incarnation()).int32(incarnation);
  }

  static ActorAddress read(FrameReader in) {
    return new ActorAddress(new NodeId(in.int64()), in.int32());
  }
}
