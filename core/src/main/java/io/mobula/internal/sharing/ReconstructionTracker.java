package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tracker of the lost objects that this node is reconstructing. The directory is told for as long
 * as that takes; otherwise it would mistake a long task for one that never started, and let others
 * start it, too. Safe for all threads.
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

  /**
   * Handles that another node has made the object and will report it; this node keeps announcing
   * the reconstruction until then.
   */
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

  /** Handles that the other node has left, maybe before it has reported the object. */
  @Override
  public void left(Peer peer, String how) {
    announced.forEach((id, node) -> {
      if (node.equals(peer.id())) {
        stopAnnouncing(id, node);
      }
    });
  }
}
