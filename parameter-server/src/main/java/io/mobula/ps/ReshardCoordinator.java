package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.ResultForm;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.shard.CatalogActor;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.ShardLayout;
import io.mobula.ps.internal.shard.TableSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Coordinator of a move of all tables to another number of shards while workers continue. Shards
 * refuse requests for a moment and send their data to the new owners; then the new layout becomes
 * valid at once for all tables, or for none. Workers resend refused pushes under the new layout.
 * For the server's owner, one thread at a time.
 */
final class ReshardCoordinator {
  private final ServerActors serverActors;
  private final ShardClient shardClient;
  private final MobulaRuntime runtime;
  private final List<TableSpec> tables;

  ReshardCoordinator(
      ServerActors serverActors,
      ShardClient shardClient,
      MobulaRuntime runtime,
      List<TableSpec> tables) {
    this.serverActors = serverActors;
    this.shardClient = shardClient;
    this.runtime = runtime;
    this.tables = tables;
  }

  /**
   * Moves all tables to {@code count} shards.
   *
   * @throws TableException when a shard died meanwhile; nothing has changed then
   */
  void to(int count) {
    var old = shardClient.layout();
    var next = new ShardLayout(old.version() + 1, serverActors.shards(count));
    serverActors.startReplicas();
    var involved =
        Stream.concat(old.shards().stream(), next.shards().stream()).distinct().toList();
    var steps = new ArrayList<StepBarrier>();
    Map<Integer, Integer> starts = ShardCalls.translateFailures(() -> ShardCalls.getAndClose(
        serverActors.catalog().call(CatalogActor::beginMove).remote()));
    boolean valid = false;
    try {
      for (var table : tables) {
        if (table.consistency().isBulk()) {
          var step = new StepBarrier(shardClient, runtime, table);
          steps.add(step);
          step.awaitAll();
        }
      }
      move(old, next);
      valid = ShardCalls.translateFailures(() -> ShardCalls.getAndClose(
          serverActors.catalog().call(CatalogActor::commit, next, starts).remote()));
    } finally {
      settle(involved, next, valid);
      if (!valid) {
        steps.forEach(StepBarrier::release);
      }
    }
    if (!valid) {
      throw new TableException(
          "The tables stay on " + old.size() + " shards: one of them died and came back while they"
              + " were about to move. Try again.",
          null);
    }
  }

  private void move(ShardLayout old, ShardLayout next) {
    ShardCalls.translateFailures(() -> {
      for (var table : tables) {
        var _ = ShardCalls.callAllToEnd(
            old.shards(), shard -> shard.tell(ShardActor::freeze, table.id()).remote());
      }
      for (var table : tables) {
        var _ = ShardCalls.callAllToEnd(
            old.shards(),
            shard -> shard.call(ShardActor::moveTo, table.id(), next).remote(ResultForm.async()));
      }
      return ShardCalls.callAllToEnd(
          next.shards(),
          shard -> shard.call(ShardActor::confirmReceived).remote(ResultForm.async()));
    });
  }

  private void settle(List<ActorHandle<ShardActor>> involved, ShardLayout next, boolean valid) {
    try {
      ShardCalls.translateFailures(() -> ShardCalls.callAll(
          involved,
          shard -> shard
              .call(ShardActor::finishMove, next.version(), valid)
              .remote(ResultForm.async())));
    } finally {
      ShardCalls.translateFailures(() -> ShardCalls.getAndClose(
          serverActors.catalog().tell(CatalogActor::endMove).remote()));
      shardClient.refresh();
    }
  }
}
