package io.mobula.internal.store;

import io.mobula.internal.memory.PinnedObject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Restore of a spilled value on a background thread, for callers that cannot wait in their own
 * thread: once for all who ask meanwhile. Safe for all threads; nothing here blocks.
 */
final class AsyncRestore {
  private final SealedStorage value;
  private final Executor threads;
  private @Nullable CompletableFuture<Void> running;

  AsyncRestore(SealedStorage value, Executor threads) {
    this.value = value;
    this.threads = threads;
  }

  /** Returns the value in memory with a pin, which the caller closes. */
  CompletableFuture<PinnedObject> acquirePinAsync() {
    var here = value.tryAcquirePin();
    return here != null
        ? CompletableFuture.completedFuture(here)
        : started()
            .thenCompose(present -> acquirePinAsync()); // it stays pinned until this stage has run
  }

  /** Starts to restore the value if it is not in memory. */
  void start() {
    var _ = started();
  }

  private CompletableFuture<Void> started() {
    CompletableFuture<Void> fresh;
    synchronized (this) {
      if (running != null && !running.isDone()) {
        return running;
      }
      fresh = new CompletableFuture<>();
      running = fresh;
    }
    threads.execute(() -> restore(fresh));
    return fresh;
  }

  private void restore(CompletableFuture<Void> done) {
    try (var _ = value.acquirePin()) {
      done.complete(null);
    } catch (Throwable cannot) { // an Error, too: the waiting callers must hear of it
      done.completeExceptionally(cannot);
    }
  }
}
