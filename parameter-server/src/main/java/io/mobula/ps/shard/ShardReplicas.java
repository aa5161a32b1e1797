package io.mobula.ps.shard;

import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.error.TaskFailedException;
import io.mobula.ps.error.HeapException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actors that have a copy of a shard, as the shard sees them: they hear of every change, in
 * order, and make it, too. A worker's push counts as taken in when they have (compare van Renesse
 * and Schneider, <em>Chain Replication</em>, OSDI 2004). One that was started anew has lost its
 * copy and is given another; one that is gone for good is done without, with a warning.
 *
 * <p>For the thread of the shard.
 */
final class ShardReplicas {
  private static final Logger LOG = LoggerFactory.getLogger(ShardReplicas.class);
  private static final int MOST_COPIES = 5;
  private static final CompletableFuture<@Nullable Void> DONE =
      CompletableFuture.completedFuture(null);

  private final int shard;
  private final List<Replica> replicas = new ArrayList<>();
  private final ResyncRequester resync;

  /** Has a standby given a copy, on the shard's thread. From any thread. */
  interface ResyncRequester {
    /**
     * Asks for it.
     *
     * @param standby which, from 0
     * @param change the change that it could not make
     */
    CompletionStage<@Nullable Void> ask(int standby, long change);
  }

  /** How one that stands by took in a change. */
  enum Outcome {
    /** It has made it. */
    APPLIED,
    /** It has no copy, or has lost it. */
    NO_COPY,
    /** Who tells is not the shard any more: it was started anew elsewhere. */
    STALE_EPOCH
  }

  /** One of them. */
  private static final class Replica {
    private final int index;
    private final ActorHandle<ReplicaActor> handle;
    private long told;
    private long copied; // all changes up to that were in its last copy
    private volatile boolean lost;

    Replica(int index, ActorHandle<ReplicaActor> handle) {
      this.index = index;
      this.handle = handle;
    }
  }

  ShardReplicas(int shard, List<ActorHandle<ReplicaActor>> handles, ResyncRequester resync) {
    this.shard = shard;
    this.resync = resync;
    handles.forEach(handle -> replicas.add(new Replica(replicas.size(), handle)));
  }

  /** Tells all of a change; completes when they have made it or have a copy with it. */
  CompletableFuture<@Nullable Void> replicate(
      Function<ActorHandle<ReplicaActor>, ObjectRef<Outcome>> change) {
    if (replicas.isEmpty()) {
      return DONE;
    }
    return allOf(replicas.stream()
        .filter(replica -> !replica.lost)
        .map(standby -> replicate(standby, change, false))
        .toList());
  }

  /**
   * As {@link #replicate}, of a change that is not made where a standby has too little memory for
   * it: fails with its {@link HeapException} then.
   */
  CompletableFuture<@Nullable Void> replicateOrFail(
      Function<ActorHandle<ReplicaActor>, ObjectRef<Outcome>> change) {
    return allOf(replicas.stream()
        .filter(replica -> !replica.lost)
        .map(standby -> replicate(standby, change, true))
        .toList());
  }

  /** Completes when all have. */
  static CompletableFuture<@Nullable Void> allOf(List<? extends CompletableFuture<?>> answers) {
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(done -> null);
  }

  private CompletableFuture<@Nullable Void> replicate(
      Replica replica,
      Function<ActorHandle<ReplicaActor>, ObjectRef<Outcome>> change,
      boolean required) {
    long number = ++replica.told;
    var ref = change.apply(replica.handle);
    return ref.toCompletableFuture()
        .handle((outcome, failure) -> {
          ref.close();
          if (failure == null) {
            return settled(replica, number, outcome);
          }
          var refused = refusalIn(failure);
          return required && refused != null
              ? CompletableFuture.<@Nullable Void>failedStage(refused)
              : lost(replica, failure);
        })
        .thenCompose(Function.identity());
  }

  private CompletionStage<@Nullable Void> settled(Replica replica, long number, Outcome outcome) {
    return switch (outcome) {
      case APPLIED -> DONE;
      case NO_COPY -> resync.ask(replica.index, number);
      case STALE_EPOCH -> CompletableFuture.failedStage(deposed());
    };
  }

  private @Nullable HeapException refusalIn(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof HeapException refused) {
        return new HeapException(
            "A standby of shard " + shard + ": " + refused.getMessage(), refused);
      }
    }
    return null;
  }

  private CompletionStage<@Nullable Void> lost(Replica replica, Throwable failure) {
    replica.lost = true;
    LOG.warn(
        "Shard {} goes on without its standby {}, which is gone or has too little memory: what the"
            + " shard has is not safe any more.",
        shard,
        replica.index,
        failure);
    return DONE;
  }

  private IllegalStateException deposed() {
    return new IllegalStateException("Shard " + shard + " was started anew elsewhere.");
  }

  /**
   * Gives a standby a copy, unless it has one with that change.
   *
   * @param copy gives it, waits, and says whether it has it
   */
  void copyIfMissing(int standby, long change, Predicate<ActorHandle<ReplicaActor>> copy) {
    var to = replicas.get(standby);
    if (to.lost || (to.copied >= change && change > 0)) {
      return;
    }
    try {
      for (int i = 1; !copy.test(to.handle); i++) {
        if (i == MOST_COPIES) {
          throw new IllegalStateException("Standby " + standby + " of shard " + shard
              + " was started anew each time it was given a copy, " + i + " times.");
        }
      }
      to.copied = to.told;
    } catch (ActorDiedException e) {
      var _ = lost(to, e);
    } catch (TaskFailedException e) {
      var refused = refusalIn(e);
      if (refused == null) {
        throw e;
      }
      if (change == 0) { // whoever asked for it can still be told that it is not to be had
        throw refused;
      }
      var _ = lost(to, e);
    }
  }

  int size() {
    return replicas.size();
  }
}
