package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;

/** Replies to the node that has asked for a lease. Thread-safe; nothing blocks. */
final class LeaseReplies {
  private final NodeMessaging messaging;

  LeaseReplies(NodeMessaging messaging) {
    this.messaging = messaging;
  }

  /**
   * Redirects the submitter to another node, or to itself.
   *
   * @param hops how often the request was redirected, this redirect included
   */
  void redirect(NodeId submitter, long request, NodeId to, int hops) {
    messaging.send(
        submitter,
        FrameWriter.of(FrameKind.LEASE_REDIRECTED)
            .int64(request)
            .int64(to.incarnation())
            .octet(hops)
            .toBytes());
  }

  /**
   * Grants the lease of that number, which is used in process {@code at}.
   *
   * @return false if the submitter has left
   */
  boolean grant(NodeId submitter, long request, long lease, NodeId at) {
    return messaging.send(
        submitter,
        FrameWriter.of(FrameKind.LEASE_GRANTED)
            .int64(request)
            .int64(lease)
            .int64(at.incarnation())
            .toBytes());
  }

  /** Refuses the request with a reason. */
  void refuse(NodeId submitter, long request, String why) {
    messaging.send(
        submitter,
        FrameWriter.of(FrameKind.LEASE_REFUSED).int64(request).text(why).toBytes());
  }

  /** Recalls a granted lease: others wait for its resources. */
  void recall(NodeId submitter, long lease, NodeId at) {
    messaging.send(
        submitter,
        FrameWriter.of(FrameKind.LEASE_RECALLED)
            .int64(lease)
            .int64(at.incarnation())
            .toBytes());
  }
}
