package io.mobula.ps.internal.shard;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.ResultForm;
import io.mobula.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sender of a shard's changes, frames and copies to its replicas, in the order in which the shard
 * has taken them. For the shard's thread.
 */
final class ShardReplicator {
  private final MobulaRuntime runtime;
  private final ShardTables tables;
  private final int shard;
  private final int epoch;
  private final ShardReplicas.ResyncRequester resync;
  private ShardReplicas replicas;

  /**
   * Creates the sender for the replicas of an assignment.
   *
   * @param shard index of the shard
   * @param resync has a replica given a new copy, by {@link #copyTo}
   */
  ShardReplicator(
      MobulaRuntime runtime,
      ShardTables tables,
      int shard,
      ShardAssignment assignment,
      ShardReplicas.ResyncRequester resync) {
    this.runtime = runtime;
    this.tables = tables;
    this.shard = shard;
    this.epoch = assignment.epoch();
    this.resync = resync;
    this.replicas = new ShardReplicas(shard, assignment.replicas(), resync);
  }

  /** Sets the replicas, which are told of all changes from now on. */
  void setReplicas(List<ActorHandle<ReplicaActor>> handles) {
    replicas = new ShardReplicas(shard, handles, resync);
  }

  // ---- changes

  /** Applies a change to the shard's own tables, and sends it. */
  CompletableFuture<@Nullable Void> apply(ShardChange change) {
    tables.apply(change);
    return replicate(change);
  }

  /** Sends a change that the shard has applied. */
  CompletableFuture<@Nullable Void> replicate(ShardChange change) {
    return replicas.replicate(to -> to.call(ReplicaActor::follow, epoch, change).remote());
  }

  /**
   * Creates a table on the shard and on the replicas; the future fails if a replica has too little
   * memory.
   */
  CompletableFuture<@Nullable Void> create(ShardChange.Create create) {
    tables.apply(create);
    return replicas.replicateOrFail(
        to -> to.call(ReplicaActor::follow, epoch, create).remote());
  }

  /** Sends a frame that the shard has taken. */
  CompletableFuture<@Nullable Void> replicate(int table, ShardFrameKind frameKind, byte[] frame) {
    return replicas.replicate(
        to -> to.call(ReplicaActor::followFrame, epoch, table, frameKind, frame)
            .remote(ResultForm.async()));
  }

  /** Sends a frame in store memory that the shard has taken. */
  CompletableFuture<@Nullable Void> replicate(int table, ShardFrameKind frameKind, Tensor frame) {
    return replicas.replicate(
        to -> to.call(ReplicaActor::followLarge, epoch, table, frameKind, frame)
            .remote(ResultForm.async()));
  }

  /** Returns a stage of the answer that completes only when the replicas have the change, too. */
  static <T extends @Nullable Object> CompletionStage<T> whenReplicated(
      CompletableFuture<@Nullable Void> told, CompletableFuture<T> answer) {
    return told.isDone() && !told.isCompletedExceptionally()
        ? answer
        : told.thenCombine(answer, (nothing, value) -> value);
  }

  // ---- copies

  /**
   * Copies the shard to a replica, unless it has a copy with that change, and waits for the copy.
   *
   * @param replica index of the replica, from 0
   * @param change number of the change; 0 to copy in any case
   */
  void copyTo(int replica, long change) {
    replicas.copyIfMissing(replica, change, this::copy);
  }

  /** Copies the shard to all replicas; the copies are complete when this returns. */
  CompletableFuture<@Nullable Void> copyToAll() {
    for (int i = 0; i < replicas.size(); i++) {
      copyTo(i, 0);
    }
    return CompletableFuture.completedFuture(null);
  }

  /** Sends a copy and waits; returns whether the replica has it. */
  private boolean copy(ActorHandle<ReplicaActor> to) {
    ShardRecovery.getAndClose(to.tell(ReplicaActor::beginCopy, epoch).remote());
    tables.forEach((instance, later) -> {
      instance.shard().forgetKeyLists();
      var replicaPart = new ReplicaPart(instance.spec(), instance.shard().part, later);
      try (var block = SnapshotIo.store(runtime, instance.shard(), new SnapshotSelection.All())) {
        ShardRecovery.getAndClose(
            to.tell(ReplicaActor::copy, replicaPart, block).remote());
      }
    });
    return ShardRecovery.getAndClose(
        to.call(ReplicaActor::endCopy, epoch, tables.size()).remote());
  }
}
