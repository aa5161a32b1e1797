package io.mobula.ps;

import io.mobula.ObjectRef;
import io.mobula.ps.shard.ParametersMovedException;
import io.mobula.ps.shard.UnknownWorkerException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Futures of a worker's pushes, by number: each completes when all shards have taken in what is
 * theirs, on a thread of the runtime or on the worker's. A frame that is refused counts as open
 * until it has gone again. For the worker's thread.
 */
final class PushFutures {
  private final Map<Long, PushFuture> open = new HashMap<>();

  /** Of one push. */
  private static final class PushFuture {
    private final CompletableFuture<@Nullable Void> taken = new CompletableFuture<>();
    private final AtomicInteger left = new AtomicInteger(1); // frames, and one until all are sent

    void add(ObjectRef<?> answer) {
      left.incrementAndGet();
      var _ = answer.toCompletableFuture().whenComplete(this::answered);
    }

    private void answered(@Nullable Object answer, @Nullable Throwable failure) {
      if (failure == null) {
        if (!Boolean.FALSE.equals(answer)) { // else the list of keys is not known
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

  /** The future of a push that is yet to be sent. */
  CompletionStage<@Nullable Void> futureOf(long push) {
    open.values().removeIf(pushFuture -> pushFuture.taken.isDone());
    return open.computeIfAbsent(push, absent -> new PushFuture()).taken.copy();
  }

  /** A frame of it was sent, for the first time or again. */
  void sent(long push, ObjectRef<?> answer) {
    var pushFuture = open.get(push);
    if (pushFuture != null) {
      pushFuture.add(answer);
    }
  }

  /** All frames of it were sent; or all that go in place of one that was refused. */
  void settle(long push) {
    var pushFuture = open.get(push);
    if (pushFuture != null) {
      pushFuture.settle();
    }
  }

  /** It cannot be sent again. */
  void fail(long push, Throwable reason) {
    var pushFuture = open.get(push);
    if (pushFuture != null) {
      pushFuture.taken.completeExceptionally(reason);
    }
  }
}
