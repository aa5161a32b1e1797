package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.ps.shard.CatalogActor;
import io.mobula.ps.shard.ParametersMovedException;
import io.mobula.ps.shard.ShardActor;
import io.mobula.ps.shard.ShardLayout;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way from a table to its shards: the layout as it was last seen, and who knows the present
 * one. Safe for use by many threads.
 */
final class ShardClient {
  /** How often a request is made again that met parameters on the move. */
  private static final int MOST_MOVES = 100;

  private final ActorHandle<CatalogActor> catalog;
  private final boolean replicated;
  private volatile ShardLayout layout;

  /**
   * A way to the shards.
   *
   * @param replicated whether shards have standbys
   */
  ShardClient(ActorHandle<CatalogActor> catalog, ShardLayout layout, boolean replicated) {
    this.catalog = catalog;
    this.layout = layout;
    this.replicated = replicated;
  }

  /** The layout as it was last seen. */
  ShardLayout layout() {
    return layout;
  }

  boolean isReplicated() {
    return replicated;
  }

  /** Asks for the present layout; waits while parameters move. */
  ShardLayout refresh() {
    var present = ShardCalls.translateFailures(() -> {
      ObjectRef<ShardLayout> answer = Mobula.remoteStage(catalog.call(CatalogActor::layout));
      return ShardCalls.getAndClose(answer);
    });
    return keepNewest(present);
  }

  /** Answers may overtake each other; a layout never comes back. */
  private synchronized ShardLayout keepNewest(ShardLayout answered) {
    if (answered.version() > layout.version()) {
      layout = answered;
    }
    return layout;
  }

  /** Does it, again with the present layout where the one it used is over. */
  <T extends @Nullable Object> T retrying(Supplier<T> request) {
    for (int i = 1; ; i++) {
      try {
        return ShardCalls.translateFailures(request);
      } catch (ParametersMovedException e) {
        if (i == MOST_MOVES) {
          throw e;
        }
        refresh();
      }
    }
  }

  /** Asks all shards at once and waits for all answers, in order. */
  <T extends @Nullable Object> List<T> callAll(
      Function<ActorHandle<ShardActor>, ObjectRef<T>> call) {
    return retrying(() -> ShardCalls.callAll(layout.shards(), call));
  }

  /** As {@link #callAll}, where the answer depends on the layout. */
  <T extends @Nullable Object> List<T> callAllWithLayout(
      BiFunction<ActorHandle<ShardActor>, Integer, ObjectRef<T>> call) {
    return retrying(() -> {
      var present = layout;
      return ShardCalls.callAll(present.shards(), shard -> call.apply(shard, present.version()));
    });
  }
}
