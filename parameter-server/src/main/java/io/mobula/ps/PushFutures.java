package io.mobula.ps;

import io.mobula.ObjectRef;
import io.mobula.ps.internal.shard.ParametersMovedException;
import io.mobula.ps.internal.shard.UnknownWorkerException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Futures of a worker's pushes, by push number. A future completes when all shards have taken their
 * frames of the push, on a thread of the runtime or on the worker's thread. A refused frame counts
 * as pending until it was resent. For the worker's thread.
 */
final class PushFutures {
  private final Map<Long, PushFuture> open = new HashMap<>();

  /** Future of one push. */
  private static final class PushFuture {
    private final CompletableFuture<@Nullable Void> taken = new CompletableFuture<>();
    private final AtomicInteger left = new AtomicInteger(1); // frames, plus 1 until all are sent

    void add(ObjectRef<?> answer) {
      left.incrementAndGet();
      var _ = answer.toCompletableFuture().whenComplete(this::answered);
    }

    private void answered(@Nullable Object answer, @Nullable Throwable failure) {
      if (failure == null) {
        if (!Boolean.FALSE.equals(answer)) { // else the shard does not know the list of keys
          settle();
        }
        return;
      }
      var reason = ShardCalls.toServerFailure(failure);
      if (!(reason instanceof ParametersMovedException
          || reason instanceof UnknownWorkerException)) {
        taken.completeExceptionally(reason);
      }
    }

    void settle() {
      if (left.decrementAndGet() == 0) {
        taken.complete(null);
      }
    }
  }

  /** Returns the future of a push that is not sent yet. */
  CompletionStage<@Nullable Void> futureOf(long push) {
    open.values().removeIf(pushFuture -> pushFuture.taken.isDone());
    return open.computeIfAbsent(push, absent -> new PushFuture()).taken.copy();
  }

  /** Records that a frame of the push was sent or resent. */
  void sent(long push, ObjectRef<?> answer) {
    var pushFuture = open.get(push);
    if (pushFuture != null) {
      pushFuture.add(answer);
    }
  }

  /**
   * Records that all frames of the push were sent, or that all replacements of a refused frame
   * were.
   */
  void settle(long push) {
    var pushFuture = open.get(push);
    if (pushFuture != null) {
      pushFuture.settle();
    }
  }

  /** Fails the future of a push that cannot be resent. */
  void fail(long push, Throwable reason) {
    var pushFuture = open.get(push);
    if (pushFuture != null) {
      pushFuture.taken.completeExceptionally(reason);
    }
  }
}
