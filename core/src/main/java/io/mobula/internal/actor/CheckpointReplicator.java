package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.PendingPeerRequests;
import io.mobula.internal.store.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicator of checkpoints between the object stores of several processes. A checkpoint counts
 * once the actor's owner has a copy of it. The owner also sends it to its successor before it
 * answers, and only logs if the successor cannot keep it. Safe for all threads; no call blocks.
 *
 * <p>An answer is empty, or the reason why there is no copy.
 */
final class CheckpointReplicator {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointReplicator.class);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final RoleServices shared;
  private final ActorPeers peers;
  private final SuccessorRecords records;
  private final CheckpointCopies copies;
  private final HandedOverCheckpoints handedOver;
  private final PendingPeerRequests<CheckpointKey, String> asked;

  private record CheckpointKey(ActorId actor, CheckpointVersion version) {}

  /**
   * Makes a replicator that has asked nobody yet.
   *
   * @param records the actors that this process is the successor for
   * @param copies the copies that this process keeps as the owner or the successor
   * @param handedOver gets the checkpoints for actors that are to follow
   */
  CheckpointReplicator(
      RoleServices shared,
      SuccessorRecords records,
      CheckpointCopies copies,
      HandedOverCheckpoints handedOver) {
    this.shared = shared;
    this.peers = shared.peers();
    this.records = records;
    this.copies = copies;
    this.handedOver = handedOver;
    this.asked = peers.messaging().requests("a copy of checkpoint");
  }

  /** Starts to handle frames. */
  void receive() {
    peers
        .messaging()
        .on(FrameKind.REPLICATE_CHECKPOINT, this::onKeep)
        .on(FrameKind.CHECKPOINT_REPLICATED, this::onKept)
        .on(FrameKind.HAND_OVER_CHECKPOINT, this::onHand);
  }

  // ---- the host's side

  /** Has the actor's owner and its successor keep a copy. */
  CompletableFuture<String> replicate(ActorId id, ReplicatedCheckpoint state) {
    return shared.known().owner(id) != null
        ? keepAsOwner(id, state).toCompletableFuture()
        : ask(shared.known().ownerOf(id), id, state);
  }

  private CompletableFuture<String> ask(NodeId peer, ActorId id, ReplicatedCheckpoint state) {
    return asked.ask(
        peer,
        new CheckpointKey(id, state.version()),
        () -> send(FrameKind.REPLICATE_CHECKPOINT, peer, id, state));
  }

  private boolean send(FrameKind kind, NodeId to, ActorId id, ReplicatedCheckpoint state) {
    var frame = ActorFrames.of(kind, id);
    state.write(frame, peers.objects(), to);
    return peers.send(to, frame);
  }

  private void onKept(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    var version = CheckpointVersion.read(in);
    asked.complete(from, new CheckpointKey(id, version), in::text);
  }

  // ---- the side of the owner and the successor

  private void onKeep(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    var state = ReplicatedCheckpoint.read(in, shared.store(), peers.objects(), from);
    shared
        .store()
        .threads()
        .runInBackground(() -> copyHere(id, state).whenComplete((why, failure) -> {
          var answer = failure == null ? why : CapturedThrowable.textOf(failure);
          var frame = ActorFrames.of(FrameKind.CHECKPOINT_REPLICATED, id);
          state.version().write(frame);
          peers.send(from, frame.text(answer).toBytes());
        }));
  }

  private CompletionStage<String> copyHere(ActorId id, ReplicatedCheckpoint state) {
    try {
      state.parts().keepLocalCopies(peers.objects(), Deadline.after(LIMIT));
    } catch (RuntimeException | Error e) { // there is no room, or the host is gone
      state.release();
      return CompletableFuture.completedStage(CapturedThrowable.textOf(e));
    }
    return keepAsOwner(id, state);
  }

  private CompletionStage<String> keepAsOwner(ActorId id, ReplicatedCheckpoint state) {
    var owner = shared.known().owner(id);
    if (owner == null && !records.contains(id)) {
      state.release();
      return CompletableFuture.completedStage("node " + peers.self() + " does not own it");
    }
    if (!copies.keep(id, state)) {
      return CompletableFuture.completedStage("a later incarnation of it has begun");
    }
    var successor = owner == null ? null : owner.successor();
    return successor == null
        ? CompletableFuture.completedStage("")
        : ask(successor, id, state)
            .handle((why, gone) -> heard(successor, id, gone == null ? why : ""));
  }

  /**
   * Logs that the successor has no copy. The checkpoint counts all the same, as this process has a
   * copy; the next successor gets one, too.
   */
  private static String heard(NodeId successor, ActorId id, String why) {
    if (!why.isEmpty()) {
      LOG.warn("Node {} has no copy of the checkpoint of actor {}: {}", successor, id, why);
    }
    return "";
  }

  /** Sends the checkpoint to a new successor. */
  void sendToSuccessor(NodeId successor, ActorId id) {
    var state = copies.find(id);
    if (state != null) {
      send(FrameKind.REPLICATE_CHECKPOINT, successor, id, state);
    }
  }

  // ---- restoring

  /** Sends the copy for an incarnation to its host, just before the actor. */
  void handOver(NodeId host, ActorId id) {
    var state = copies.takeUp(id);
    if (state != null) {
      send(FrameKind.HAND_OVER_CHECKPOINT, host, id, state);
    }
  }

  private void onHand(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    var state = ReplicatedCheckpoint.read(in, shared.store(), peers.objects(), from);
    handedOver.put(id, from, state);
  }
}
