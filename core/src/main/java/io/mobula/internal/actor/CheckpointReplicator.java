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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
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

  private final ActorCluster cluster;
  private final ActorCluster.Dependencies dependencies;
  private final PendingPeerRequests<CheckpointKey, String> asked;
  private final Map<ActorId, ReplicatedCheckpoint> copies = new ConcurrentHashMap<>();
  private final HandedOverCheckpoints handedOver = new HandedOverCheckpoints();

  private record CheckpointKey(ActorId actor, CheckpointVersion version) {}

  CheckpointReplicator(ActorCluster cluster, ActorCluster.Dependencies dependencies) {
    this.cluster = cluster;
    this.dependencies = dependencies;
    this.asked = dependencies.messaging().requests("a copy of checkpoint");
    dependencies
        .messaging()
        .on(FrameKind.REPLICATE_CHECKPOINT, this::onKeep)
        .on(FrameKind.CHECKPOINT_REPLICATED, this::onKept)
        .on(FrameKind.HAND_OVER_CHECKPOINT, this::onHand);
  }

  // ---- the host's side

  /** Has the actor's owner and its successor keep a copy. */
  CompletableFuture<String> replicate(ActorId id, ReplicatedCheckpoint state) {
    return cluster.ownedActors().find(id) != null
        ? keepAsOwner(id, state).toCompletableFuture()
        : ask(cluster.ownerOf(id), id, state);
  }

  private CompletableFuture<String> ask(NodeId peer, ActorId id, ReplicatedCheckpoint state) {
    return asked.ask(
        peer,
        new CheckpointKey(id, state.version()),
        () -> send(FrameKind.REPLICATE_CHECKPOINT, peer, id, state));
  }

  private boolean send(FrameKind kind, NodeId to, ActorId id, ReplicatedCheckpoint state) {
    var frame = ActorFrames.of(kind, id);
    state.write(frame, dependencies.sharing(), to);
    return dependencies.sharing().send(to, frame);
  }

  private void onKept(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    var version = CheckpointVersion.read(in);
    asked.complete(from, new CheckpointKey(id, version), in::text);
  }

  // ---- the side of the owner and the successor

  private void onKeep(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    var state =
        ReplicatedCheckpoint.read(in, cluster.engine().store(), dependencies.sharing(), from);
    cluster
        .engine()
        .store()
        .threads()
        .runInBackground(() -> copyHere(id, state).whenComplete((why, failure) -> {
          var answer = failure == null ? why : CapturedThrowable.textOf(failure);
          var frame = ActorFrames.of(FrameKind.CHECKPOINT_REPLICATED, id);
          state.version().write(frame);
          cluster.send(from, frame.text(answer).toBytes());
        }));
  }

  private CompletionStage<String> copyHere(ActorId id, ReplicatedCheckpoint state) {
    try {
      state.parts().keepLocalCopies(dependencies.sharing(), Deadline.after(LIMIT));
    } catch (RuntimeException | Error e) { // there is no room, or the host is gone
      state.release();
      return CompletableFuture.completedStage(CapturedThrowable.textOf(e));
    }
    return keepAsOwner(id, state);
  }

  private CompletionStage<String> keepAsOwner(ActorId id, ReplicatedCheckpoint state) {
    var owner = cluster.ownedActors().find(id);
    if (owner == null && !cluster.succession().isSuccessorOf(id)) {
      state.release();
      return CompletableFuture.completedStage("node " + cluster.self() + " does not own it");
    }
    var latest = copies.merge(id, state, (before, after) -> {
      boolean newer = after.version().compareTo(before.version()) > 0;
      (newer ? before : after).release();
      return newer ? after : before;
    });
    if (!latest.version().equals(state.version())) {
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
    var state = copies.get(id);
    if (state != null) {
      send(FrameKind.REPLICATE_CHECKPOINT, successor, id, state);
    }
  }

  /** Drops the checkpoint, as the actor has ended or another node keeps its state. */
  void forget(ActorId id) {
    var state = copies.remove(id);
    if (state != null) {
      state.release();
    }
  }

  // ---- restoring

  /**
   * Returns the state for an incarnation that is about to be created, or null. States that an older
   * incarnation sends from now on do not count.
   */
  @Nullable
  ReplicatedCheckpoint takeUp(ActorId id) {
    var before = new AtomicReference<@Nullable ReplicatedCheckpoint>();
    copies.computeIfPresent(id, (key, state) -> {
      before.set(state);
      return state.as(state.version().nextTerm());
    });
    return before.get();
  }

  /** Sends that state to the host, just before the actor. */
  void handOver(NodeId host, ActorId id) {
    var state = takeUp(id);
    if (state != null) {
      send(FrameKind.HAND_OVER_CHECKPOINT, host, id, state);
    }
  }

  private void onHand(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    var state =
        ReplicatedCheckpoint.read(in, cluster.engine().store(), dependencies.sharing(), from);
    handedOver.put(id, from, state);
  }

  /** Returns the states that owners have handed over for actors which are to follow. */
  HandedOverCheckpoints handedOver() {
    return handedOver;
  }
}
