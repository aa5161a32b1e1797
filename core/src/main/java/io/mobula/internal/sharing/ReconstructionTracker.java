package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which lost objects this node is making again: the directory is told for as long as that takes, or
 * it would take a long task for one that never began, and let others start it, too. Safe for all
 * threads.
 */
final class ReconstructionTracker implements Membership.Listener {
  private final DirectoryClient directoryClient;
  private final Membership membership;
  private final Map<ObjectId, NodeId> announced = new ConcurrentHashMap<>();

  ReconstructionTracker(DirectoryClient directoryClient, Membership membership) {
    this.directoryClient = directoryClient;
    this.membership = membership;
    membership.subscribe(this);
  }

  void announce(ObjectId id, int attempt) {
    directoryClient.making(id, attempt);
  }

  void withdraw(ObjectId id) {
    directoryClient.making(id, 0);
  }

  /** Another node has made it and says so itself: this one goes on vouching for it until then. */
  void onReconstructedAt(ObjectId id, NodeId node) {
    announced.put(id, node);
    directoryClient.locate(id).whenComplete((location, closed) -> stopAnnouncing(id, node));
    if (membership.peer(node) == null) {
      stopAnnouncing(id, node);
    }
  }

  private void stopAnnouncing(ObjectId id, NodeId node) {
    if (announced.remove(id, node)) {
      directoryClient.making(id, 0);
    }
  }

  @Override
  public void joined(Peer peer) {}

  /** It may have died before it said so. */
  @Override
  public void left(Peer peer, String how) {
    announced.forEach((id, node) -> {
      if (node.equals(peer.id())) {
        stopAnnouncing(id, node);
      }
    });
  }
}
