package io.mobula.ps.internal.shard;

import static io.mobula.ps.internal.shard.ShardReplicator.whenReplicated;

import io.mobula.tensor.Tensor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pushes to the tables of one shard, alone or as the first part of an exchange. A push that a
 * retired part has taken before it moved away is not applied again. For the shard's thread.
 */
final class ShardPushes {
  private static final CompletableFuture<@Nullable Void> DONE =
      CompletableFuture.completedFuture(null);

  private final ShardTables tables;

  ShardPushes(ShardTables tables) {
    this.tables = tables;
  }

  /**
   * Applies or keeps a gradient of a dense table.
   *
   * @param replication sends the frame to the replicas
   */
  CompletionStage<@Nullable Void> push(
      int table, DenseFrame frame, Supplier<CompletableFuture<@Nullable Void>> replication) {
    if (tables.hasTakenBefore(table, frame.origin())) {
      return DONE;
    }
    var taken = tables.dense(table).push(frame);
    return whenReplicated(replication.get(), taken);
  }

  /**
   * Applies or keeps gradients of rows; the result is false, without any effect, if the shard does
   * not know the key list that they refer to.
   *
   * @param replication sends the frame to the replicas
   */
  CompletionStage<Boolean> pushRows(
      int table, SparseFrame frame, Supplier<CompletableFuture<@Nullable Void>> replication) {
    if (tables.hasTakenBefore(table, frame.origin())) {
      return CompletableFuture.completedFuture(true);
    }
    var taken = tables.sparse(table).push(frame);
    return Boolean.TRUE.equals(taken.getNow(true))
        ? whenReplicated(replication.get(), taken)
        : taken;
  }

  /** Applies a push, ends the step and pulls the weights in an array. */
  CompletionStage<byte[]> exchange(int table, DenseFrame pushed, long steps) {
    var origin = pushAndEndStep(table, pushed, steps);
    return tables.dense(table).pull(origin.worker(), origin.layout(), steps);
  }

  /** Applies a push, ends the step and pulls the weights in store memory. */
  CompletionStage<Tensor> exchangeLarge(int table, DenseFrame pushed, long steps) {
    var origin = pushAndEndStep(table, pushed, steps);
    return tables.dense(table).pullLarge(origin.worker(), origin.layout(), steps);
  }

  private PushOrigin pushAndEndStep(int table, DenseFrame pushed, long steps) {
    var origin = pushed.origin();
    requireNotTakenBefore(table, origin);
    var shard = tables.dense(table);
    var _ = shard.push(pushed);
    shard.requirePresent(origin.layout(), true);
    shard.clock(origin.worker(), origin.layout(), steps);
    shard.requireApplied();
    return origin;
  }

  /**
   * Applies gradients of rows, ends the step and pulls the same rows; the result is null, without
   * any effect, if the shard does not know the key list.
   */
  CompletionStage<@Nullable Object> exchangeRows(int table, SparseFrame pushed, long steps) {
    requireNotTakenBefore(table, pushed.origin());
    return tables
        .sparse(table)
        .exchange(pushed, steps)
        .thenApply(rows -> rows == null ? null : rows.array());
  }

  private void requireNotTakenBefore(int table, PushOrigin origin) {
    if (tables.hasTakenBefore(table, origin)) {
      throw new ParametersMovedException(
          "table " + table, origin.layout(), origin.layout() + 1, true);
    }
  }
}
