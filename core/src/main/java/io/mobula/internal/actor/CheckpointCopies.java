package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.PeerQuestions;
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
 * Checkpoints of actors in the stores of several processes: a host has its owner keep a copy, and
 * the owner the heir, before the checkpoint counts. Safe for all threads; nothing blocks.
 *
 * <p>An answer is empty, or says why there is no copy.
 */
final class CheckpointCopies {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointCopies.class);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final ActorCluster cluster;
  private final ActorCluster.Wires wires;
  private final PeerQuestions<Key, String> asked;
  private final Map<ActorId, StoredState> kept = new ConcurrentHashMap<>();
  private final Map<ActorId, Handed> handed = new ConcurrentHashMap<>();

  private record Key(ActorId actor, CheckpointVersion version) {}

  /** A state that a host is sent just before the actor. */
  private record Handed(NodeId by, StoredState state) {}

  CheckpointCopies(ActorCluster cluster, ActorCluster.Wires wires) {
    this.cluster = cluster;
    this.wires = wires;
    this.asked = new PeerQuestions<>(wires.lanes(), "a copy of checkpoint");
    wires
        .router()
        .on(ActorFrames.KEEP, this::onKeep)
        .on(ActorFrames.KEPT, this::onKept)
        .on(ActorFrames.HAND, this::onHand);
  }

  // ---- a host's side

  /** Has the actor's owner, and its heir, keep a copy. */
  CompletableFuture<String> keep(ActorId id, StoredState state) {
    return cluster.owners().find(id) != null
        ? keepAsOwner(id, state).toCompletableFuture()
        : ask(cluster.ownerOf(id), id, state);
  }

  private CompletableFuture<String> ask(NodeId peer, ActorId id, StoredState state) {
    return asked.ask(
        peer, new Key(id, state.version()), () -> send(ActorFrames.KEEP, peer, id, state));
  }

  private boolean send(int kind, NodeId to, ActorId id, StoredState state) {
    var frame = ActorFrames.of(kind, id);
    state.write(frame, wires.sharing(), to);
    return wires.sharing().send(to, frame);
  }

  private void onKept(NodeId from, FrameReader in) {
    var id = Passport.readId(in);
    var version = CheckpointVersion.read(in);
    asked.answer(from, new Key(id, version), in::text);
  }

  // ---- an owner's and an heir's side

  private void onKeep(NodeId from, FrameReader in) {
    var id = Passport.readId(in);
    var state = StoredState.read(in, cluster.engine().store(), wires.sharing(), from);
    cluster
        .engine()
        .store()
        .background(() -> copied(id, state).whenComplete((why, failure) -> {
          var answer = failure == null ? why : CapturedThrowable.textOf(failure);
          var frame = ActorFrames.of(ActorFrames.KEPT, id);
          state.version().write(frame);
          cluster.send(from, frame.text(answer).toBytes());
        }));
  }

  private CompletionStage<String> copied(ActorId id, StoredState state) {
    try {
      state.parts().copyHere(wires.sharing(), Deadline.after(LIMIT));
    } catch (RuntimeException | Error e) { // no room, or its host is gone
      state.release();
      return CompletableFuture.completedStage(CapturedThrowable.textOf(e));
    }
    return keepAsOwner(id, state);
  }

  private CompletionStage<String> keepAsOwner(ActorId id, StoredState state) {
    var owner = cluster.owners().find(id);
    if (owner == null && !cluster.heirs().inherits(id)) {
      state.release();
      return CompletableFuture.completedStage("node " + cluster.self() + " does not own it");
    }
    var latest = kept.merge(id, state, (before, after) -> {
      boolean newer = after.version().compareTo(before.version()) > 0;
      (newer ? before : after).release();
      return newer ? after : before;
    });
    if (!latest.version().equals(state.version())) {
      return CompletableFuture.completedStage("a later incarnation of it has begun");
    }
    var heir = owner == null ? null : owner.heir();
    return heir == null
        ? CompletableFuture.completedStage("")
        : ask(heir, id, state).handle((why, gone) -> heard(heir, id, gone == null ? why : ""));
  }

  /** This process has a copy, so the checkpoint is made: the next heir is told, too. */
  private static String heard(NodeId heir, ActorId id, String why) {
    if (!why.isEmpty()) {
      LOG.warn("Node {} has no copy of the checkpoint of actor {}: {}", heir, id, why);
    }
    return "";
  }

  /** A node is the heir from now on. */
  void tellHeir(NodeId heir, ActorId id) {
    var state = kept.get(id);
    if (state != null) {
      send(ActorFrames.KEEP, heir, id, state);
    }
  }

  /** The actor has ended, or another node keeps its state. */
  void forget(ActorId id) {
    var state = kept.remove(id);
    if (state != null) {
      state.release();
    }
  }

  // ---- taking up

  /**
   * The state that an incarnation of the actor that is about to be made goes on with, or null. What
   * an older one has kept from now on does not count.
   */
  @Nullable
  StoredState takeUp(ActorId id) {
    var before = new AtomicReference<@Nullable StoredState>();
    kept.computeIfPresent(id, (key, state) -> {
      before.set(state);
      return state.as(state.version().nextTerm());
    });
    return before.get();
  }

  /** Sends that to its host, which is sent the actor next. */
  void hand(NodeId host, ActorId id) {
    var state = takeUp(id);
    if (state != null) {
      send(ActorFrames.HAND, host, id, state);
    }
  }

  private void onHand(NodeId from, FrameReader in) {
    var id = Passport.readId(in);
    var state = StoredState.read(in, cluster.engine().store(), wires.sharing(), from);
    handed.put(id, new Handed(from, state));
  }

  /** What was handed for the actor that has come now, or null. */
  @Nullable
  StoredState handed(ActorId id) {
    var came = handed.remove(id);
    return came == null ? null : came.state();
  }

  void left(NodeId node) {
    handed.values().removeIf(came -> {
      boolean gone = came.by().equals(node);
      if (gone) {
        came.state().release();
      }
      return gone;
    });
  }
}
