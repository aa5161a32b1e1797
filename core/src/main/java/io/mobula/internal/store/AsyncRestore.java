package io.mobula.internal.store;

import io.mobula.internal.memory.PinnedObject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Brings a value back into memory for those who cannot wait for that in their own thread: once for
 * all who ask meanwhile. Safe for all threads; nothing here blocks.
 */
final class AsyncRestore {
  private final SealedStorage value;
  private final Executor movers;
  private @Nullable CompletableFuture<Void> running;

  AsyncRestore(SealedStorage value, Executor movers) {
    this.value = value;
    this.movers = movers;
  }

  /** The value in memory, pinned for whoever asks, who closes it. */
  CompletableFuture<PinnedObject> acquirePinAsync() {
    var here = value.tryAcquirePin();
    return here != null
        ? CompletableFuture.completedFuture(here)
        : started()
            .thenCompose(present -> acquirePinAsync()); // it is pinned until this has been done
  }

  /** Has it brought back, if that is not so already. */
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
    movers.execute(() -> bring(fresh));
    return fresh;
  }

  private void bring(CompletableFuture<Void> done) {
    try (var _ = value.acquirePin()) {
      done.complete(null);
    } catch (Throwable cannot) { // an Error, too: whoever waits must hear of it
      done.completeExceptionally(cannot);
    }
  }
}
