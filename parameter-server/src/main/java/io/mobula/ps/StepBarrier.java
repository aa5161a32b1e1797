package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.TableSpec;

/**
 * Barrier that brings all shards of a bulk synchronous table to the same step and holds them there:
 * the shards apply no further step, then all apply steps up to the latest that any has applied. For
 * the server's owner, one thread at a time.
 */
final class StepBarrier {
  private final ShardClient shardClient;
  private final MobulaRuntime runtime;
  private final TableSpec table;

  StepBarrier(ShardClient shardClient, MobulaRuntime runtime, TableSpec table) {
    this.shardClient = shardClient;
    this.runtime = runtime;
    this.table = table;
  }

  /** Waits until all shards are at the same step; workers may block until {@link #release}. */
  void awaitAll() {
    long latest = shardClient
        .callAll(shard -> shard.call(ShardActor::hold, table.id()).remote(ResultForm.<Long>async()))
        .stream()
        .mapToLong(Long::longValue)
        .max()
        .orElseThrow();
    ShardCalls.translateFailures(() -> {
      var shards = shardClient.layout().shards();
      var answers = shards.stream()
          .map(shard -> {
            ObjectRef<Long> answer =
                shard.call(ShardActor::advanceTo, table.id(), latest).remote(ResultForm.async());
            return answer;
          })
          .toList();
      for (int i = 0; i < answers.size(); i++) {
        var shard = shards.get(i);
        ShardCalls.await(
            runtime,
            answers.get(i),
            () -> shard
                .call(
                    ShardActor::evictUnresponsive,
                    table.id(),
                    table.consistency().workerTimeout().toNanos())
                .remote()
                .close());
        ShardCalls.getAndClose(answers.get(i));
      }
      return answers;
    });
  }

  /** Lets the shards apply steps as they end again. */
  void release() {
    var _ = shardClient.callAll(
        shard -> shard.call(ShardActor::release, table.id()).remote(ResultForm.async()));
  }
}
