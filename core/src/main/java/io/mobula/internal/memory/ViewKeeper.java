package io.mobula.internal.memory;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * The thread that takes pins back when views are unreachable, and sweeps.
 *
 * <p>What {@link java.lang.ref.Cleaner} does, with three differences that a store needs: a full
 * store can let go at once, in the thread that wants room ({@link #letGo}); closing the store ends
 * the thread although views live on; and the thread looks for condemned objects that nobody reads
 * any more once a second, in case their last reader died.
 */
final class ViewKeeper {
  private static final long SWEEP_MILLIS = 1_000;

  private final ReferenceQueue<Object> unreachable = new ReferenceQueue<>();
  private final Runnable sweep;
  private final StoreThread thread;
  private final Object stopSign = new Object();
  private final PhantomReference<Object> stop = new PhantomReference<>(stopSign, unreachable);
  private @Nullable Held newest;
  private volatile boolean closed;

  ViewKeeper(String storeName, Runnable sweep) {
    this.sweep = sweep;
    this.thread = StoreThread.start("mobula-views-" + storeName, this::run);
  }

  /** Takes back one pin of {@code pinned} some time after {@code anchor} has become unreachable. */
  synchronized void keep(Object anchor, SealedObject pinned) {
    Held held = new Held(anchor, unreachable, pinned, newest);
    if (newest != null) {
      newest.newer = held;
    }
    newest = held;
  }

  /**
   * Takes back all pins whose views the collector has found unreachable so far; says whether there
   * were any.
   */
  boolean letGo() {
    boolean any = false;
    for (Reference<?> reference = unreachable.poll();
        reference != null;
        reference = unreachable.poll()) {
      any |= release(reference);
    }
    return any;
  }

  /** Ends the thread and waits for it; pins of views that still live are never taken back. */
  void close() {
    closed = true;
    stop.enqueue();
    thread.join();
  }

  private void run() {
    while (!closed) {
      try {
        Reference<?> reference = unreachable.remove(SWEEP_MILLIS);
        if (reference == null) {
          sweep.run();
        } else {
          release(reference);
        }
      } catch (InterruptedException nobodyShould) {
        return;
      }
    }
  }

  private boolean release(Reference<?> reference) {
    if (!(reference instanceof Held held)) {
      return false;
    }
    forget(held);
    held.pinned.unpin();
    return true;
  }

  private synchronized void forget(Held held) {
    if (held.newer != null) {
      held.newer.older = held.older;
    } else {
      newest = held.older;
    }
    if (held.older != null) {
      held.older.newer = held.newer;
    }
  }

  /** One view's hold; linked, so that the reference itself stays reachable. */
  private static final class Held extends PhantomReference<Object> {
    private final SealedObject pinned;
    private @Nullable Held older;
    private @Nullable Held newer;

    Held(Object anchor, ReferenceQueue<Object> queue, SealedObject pinned, @Nullable Held older) {
      super(anchor, queue);
      this.pinned = pinned;
      this.older = older;
    }
  }
}
