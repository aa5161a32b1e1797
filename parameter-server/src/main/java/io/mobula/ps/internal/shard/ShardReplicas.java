package io.mobula.ps.internal.shard;

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
 * Replicas of a shard, as the shard sees them. They are sent every change in order and apply it. A
 * worker's push is acknowledged when they have applied it (compare van Renesse and Schneider,
 * <em>Chain Replication</em>, OSDI 2004). A restarted replica has lost its copy and is given
 * another; a replica that is gone for good is dropped with a warning.
 *
 * <p>For the shard's thread.
 */
final class ShardReplicas {
  private static final Logger LOG = LoggerFactory.getLogger(ShardReplicas.class);
  private static final int MAX_COPIES = 5;
  private static final CompletableFuture<@Nullable Void> DONE =
      CompletableFuture.completedFuture(null);

  private final int shard;
  private final List<Replica> replicas = new ArrayList<>();
  private final ResyncRequester resync;

  /**
   * Function that has a replica given a new copy on the shard's thread. May be called from any
   * thread.
   */
  interface ResyncRequester {
    /**
     * Requests a copy for a replica.
     *
     * @param replica index of the replica, from 0
     * @param change number of the change that the replica could not apply
     */
    CompletionStage<@Nullable Void> ask(int replica, long change);
  }

  /** Outcome of a change at a replica. */
  enum Outcome {
    /** The replica has applied the change. */
    APPLIED,
    /** The replica has no copy, or has lost it. */
    NO_COPY,
    /** The sender is outdated: the shard was restarted elsewhere. */
    STALE_EPOCH
  }

  /** State of one replica. */
  private static final class Replica {
    private final int index;
    private final ActorHandle<ReplicaActor> handle;
    private long told;
    private long copied; // the last copy contains all changes up to this number
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

  /**
   * Sends a change to all replicas; the future completes when each has applied it or has a copy
   * that contains it.
   */
  CompletableFuture<@Nullable Void> replicate(
      Function<ActorHandle<ReplicaActor>, ObjectRef<Outcome>> change) {
    if (replicas.isEmpty()) {
      return DONE;
    }
    return allOf(replicas.stream()
        .filter(replica -> !replica.lost)
        .map(replica -> replicate(replica, change, false))
        .toList());
  }

  /**
   * Sends a change that must not be skipped for want of memory; the future fails with a replica's
   * {@link HeapException} if the replica has too little memory.
   */
  CompletableFuture<@Nullable Void> replicateOrFail(
      Function<ActorHandle<ReplicaActor>, ObjectRef<Outcome>> change) {
    return allOf(replicas.stream()
        .filter(replica -> !replica.lost)
        .map(replica -> replicate(replica, change, true))
        .toList());
  }

  /** Returns a future that completes when all have. */
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
            "A replica of shard " + shard + ": " + refused.getMessage(), refused);
      }
    }
    return null;
  }

  private CompletionStage<@Nullable Void> lost(Replica replica, Throwable failure) {
    replica.lost = true;
    LOG.warn(
        "Shard {} continues without its replica {}, which is gone or has too little memory: what the"
            + " shard has is not safe any more.",
        shard,
        replica.index,
        failure);
    return DONE;
  }

  private IllegalStateException deposed() {
    return new IllegalStateException("Shard " + shard + " was restarted in another process.");
  }

  /**
   * Gives a replica a copy, unless it has one that contains that change.
   *
   * @param copy sends the copy, waits, and returns whether the replica has it
   */
  void copyIfMissing(int replica, long change, Predicate<ActorHandle<ReplicaActor>> copy) {
    var to = replicas.get(replica);
    if (to.lost || (to.copied >= change && change > 0)) {
      return;
    }
    try {
      for (int i = 1; !copy.test(to.handle); i++) {
        if (i == MAX_COPIES) {
          throw new IllegalStateException("Replica " + replica + " of shard " + shard
              + " was restarted each time it was given a copy, " + i + " times.");
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
      if (change == 0) { // the request that needs the copy can still fail
        throw refused;
      }
      var _ = lost(to, e);
    }
  }

  int size() {
    return replicas.size();
  }
}
