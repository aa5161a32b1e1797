package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.error.NodeLostException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.sharing.ClusterObjects;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * Processes of the cluster as the actors of this process see them: which are members, and frames to
 * them. Safe for all threads; only {@link #awaitRoom} blocks.
 */
final class ActorPeers {
  private final ClusterObjects objects;
  private final NodeMessaging messaging;
  private final Membership membership;
  private final Duration roomLimit;

  /**
   * Makes an instance that has sent nothing.
   *
   * @param roomLimit how long a call waits while too many bytes to a node are in flight
   */
  ActorPeers(ActorCluster.Dependencies dependencies, Duration roomLimit) {
    this.objects = dependencies.sharing();
    this.messaging = dependencies.messaging();
    this.membership = messaging.membership();
    this.roomLimit = roomLimit;
  }

  /** Returns the objects of the cluster, which encode values in frames. */
  ClusterObjects objects() {
    return objects;
  }

  NodeMessaging messaging() {
    return messaging;
  }

  NodeId self() {
    return membership.self().id();
  }

  boolean isMember(NodeId node) {
    return membership.peer(node) != null;
  }

  /** Returns the other members with the role of a node, ordered by incarnation. */
  List<NodeId> otherNodes() {
    return membership.peers().stream()
        .filter(peer -> peer.role() == Peer.Role.NODE && !peer.id().equals(self()))
        .map(Peer::id)
        .sorted(Comparator.comparingLong(NodeId::incarnation))
        .toList();
  }

  /** Waits, up to the limit, while too many bytes to that node are in flight. */
  void awaitRoom(NodeId node) {
    if (node.equals(self())) {
      return;
    }
    try {
      messaging.awaitRoom(node, roomLimit);
    } catch (NodeLostException gone) {
      // the call waits for the actor's next address, or fails with the reason
    }
  }

  /** Sends a frame; returns false if the node is no member any more and has not received it. */
  boolean send(NodeId to, byte[] frame) {
    return messaging.send(to, frame);
  }

  /**
   * Sends a sealed frame; returns false if the node is no member any more and has not received it.
   */
  boolean send(NodeId to, FrameWriter sealed) {
    return objects.send(to, sealed);
  }

  void sendToAll(byte[] frame) {
    membership.peers().forEach(peer -> send(peer.id(), frame));
  }
}
