package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.store.ObjectContent;
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
  private final SharedObjectTable table;
  private final ValueCodec codec;
  private final OutcomePublisher publisher;
  private final Map<ObjectId, NodeId> announced = new ConcurrentHashMap<>();

  ReconstructionTracker(
      DirectoryClient directoryClient,
      Membership membership,
      SharedObjectTable table,
      ValueCodec codec,
      OutcomePublisher publisher) {
    this.directoryClient = directoryClient;
    this.membership = membership;
    this.table = table;
    this.codec = codec;
    this.publisher = publisher;
  }

  /** Listens to the membership from now on. */
  void listen() {
    membership.subscribe(this);
  }

  void announce(ObjectId id, int attempt) {
    directoryClient.making(id, attempt);
  }

  void withdraw(ObjectId id) {
    directoryClient.making(id, 0);
  }

  /** Publishes an object that was reconstructed by this node, or by another one on its behalf. */
  void onReconstructed(ObjectId id, int attempt, Object outcome) {
    switch (outcome) {
      case ObjectContent.RemoteValue(var remote) -> {
        onReconstructedAt(id, remote.holder());
        remote.discard();
      }
      case ObjectContent.Sealed sealed
      when !codec.fitsFrame(sealed) -> table.keep(id, sealed, attempt).release();
      default -> {
        publisher.publishWithBytes(outcome, id, attempt);
        if (outcome instanceof ObjectContent content) {
          content.discard();
        }
      }
    }
  }

  /**
   * Handles that another node has made the object and will report it; this node keeps announcing
   * the reconstruction until then.
   */
  private void onReconstructedAt(ObjectId id, NodeId node) {
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
