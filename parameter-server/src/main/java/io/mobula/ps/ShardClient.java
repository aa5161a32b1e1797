package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.ps.internal.shard.CatalogActor;
import io.mobula.ps.internal.shard.ParametersMovedException;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.ShardLayout;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Client of a server's shards: the newest layout seen so far, and the catalog that knows the
 * present one. Safe for use by many threads.
 */
final class ShardClient {
  /** Maximum number of times that a request is retried while parameters move. */
  static final int MAX_MOVES = 100;

  private final ActorHandle<CatalogActor> catalog;
  private final boolean replicated;
  private volatile ShardLayout layout;

  /**
   * Creates a client of the shards.
   *
   * @param replicated whether shards have replicas
   */
  ShardClient(ActorHandle<CatalogActor> catalog, ShardLayout layout, boolean replicated) {
    this.catalog = catalog;
    this.layout = layout;
    this.replicated = replicated;
  }

  /** Returns the newest layout seen so far. */
  ShardLayout layout() {
    return layout;
  }

  boolean isReplicated() {
    return replicated;
  }

  /** Asks the catalog for the present layout; waits while parameters move. */
  ShardLayout refresh() {
    var present = ShardCalls.translateFailures(() -> {
      ObjectRef<ShardLayout> answer = catalog.call(CatalogActor::layout).remote(ResultForm.async());
      return ShardCalls.getAndClose(answer);
    });
    return keepNewest(present);
  }

  /** Keeps the newer of two layouts, as replies may arrive out of order. */
  private synchronized ShardLayout keepNewest(ShardLayout answered) {
    if (answered.version() > layout.version()) {
      layout = answered;
    }
    return layout;
  }

  /** Runs the request; retries it under the present layout if its layout was outdated. */
  <T extends @Nullable Object> T retrying(Supplier<T> request) {
    for (int i = 1; ; i++) {
      try {
        return ShardCalls.translateFailures(request);
      } catch (ParametersMovedException e) {
        if (i == MAX_MOVES) {
          throw e;
        }
        refresh();
      }
    }
  }

  /** Calls all shards at once and waits for all replies, in order. */
  <T extends @Nullable Object> List<T> callAll(
      Function<ActorHandle<ShardActor>, ObjectRef<T>> call) {
    return retrying(() -> ShardCalls.callAll(layout.shards(), call));
  }

  /**
   * Calls all shards at once with the layout version that the call is for, and waits for all
   * replies.
   */
  <T extends @Nullable Object> List<T> callAllWithLayout(
      BiFunction<ActorHandle<ShardActor>, Integer, ObjectRef<T>> call) {
    return retrying(() -> {
      var present = layout;
      return ShardCalls.callAll(present.shards(), shard -> call.apply(shard, present.version()));
    });
  }
}
