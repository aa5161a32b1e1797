package io.mobula.internal.memory;

import io.mobula.internal.process.HeapExhaustion;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread that acts on unreachable objects: it releases the pins of unreachable views, frees objects
 * whose refs are unreachable, and sweeps.
 *
 * <p>It works like {@link java.lang.ref.Cleaner}, with three differences that a store needs. A full
 * store can process pending references at once, in the thread that wants room
 * ({@link #processPending}). Closing the store ends the thread although views still exist, unless
 * they are views of another process's objects. Once a second the thread looks for condemned objects
 * without readers, in case their last reader died.
 */
final class ReachabilityCleaner {
  private static final Logger LOG = LoggerFactory.getLogger(ReachabilityCleaner.class);
  private static final long SWEEP_MILLIS = 1_000;
  private static final long SWEEP_NANOS = SWEEP_MILLIS * 1_000_000;

  private final ReferenceQueue<Object> unreachable = new ReferenceQueue<>();
  private final Runnable sweep;
  private final StoreThread thread;
  private final Object stopSign = new Object();
  private final PhantomReference<Object> stop = new PhantomReference<>(stopSign, unreachable);
  private @Nullable WatchedReference newest;
  private int lasting;
  private final AtomicLong found = new AtomicLong();
  private volatile boolean closed;

  ReachabilityCleaner(String storeName, Runnable sweep) {
    this.sweep = sweep;
    this.thread = StoreThread.start("mobula-reachability-" + storeName, this::run);
  }

  /**
   * Runs {@code then} once, some time after {@code token} has become unreachable; {@code then} must
   * be quick and must not reference {@code token}.
   */
  SharedStore.WatchHandle watch(Object token, Runnable then) {
    return add(new WatchedReference(token, then, false));
  }

  /**
   * Runs {@code then} once, some time after {@code token} has become unreachable, even after
   * {@link #close}.
   */
  SharedStore.WatchHandle watchBeyondClose(Object token, Runnable then) {
    return add(new WatchedReference(token, then, true));
  }

  private synchronized WatchedReference add(WatchedReference watched) {
    if (watched.lasting) {
      lasting++;
    }
    if (newest != null) {
      newest.newer = watched;
      watched.older = newest;
    }
    newest = watched;
    return watched;
  }

  /**
   * Runs the actions of all objects that the collector has found unreachable so far; returns
   * whether there were any.
   */
  boolean processPending() {
    boolean any = false;
    for (Reference<?> reference = unreachable.poll();
        reference != null;
        reference = unreachable.poll()) {
      any |= release(reference);
    }
    return any;
  }

  /** Returns how many watched objects have been found unreachable so far. */
  long foundCount() {
    return found.get();
  }

  /**
   * Ends the thread and waits for it; actions of objects that become unreachable later do not run.
   * While watches beyond close exist, the thread stays for them alone.
   */
  void close() {
    closed = true;
    stop.enqueue();
    if (!isNeeded()) {
      thread.join();
    }
  }

  private synchronized boolean isNeeded() {
    return !closed || lasting > 0;
  }

  private void run() {
    long nextSweep = System.nanoTime() + SWEEP_NANOS;
    while (isNeeded()) {
      try {
        Reference<?> reference = unreachable.remove(SWEEP_MILLIS);
        if (reference != null) {
          release(reference);
        }
        if (!closed && System.nanoTime() - nextSweep >= 0) {
          sweepNow();
          nextSweep = System.nanoTime() + SWEEP_NANOS;
        }
      } catch (InterruptedException interrupted) {
        return;
      }
    }
  }

  private void sweepNow() {
    try {
      sweep.run();
    } catch (Throwable e) {
      HeapExhaustion.exitIfExhausted(e);
      LOG.error("A sweep for objects without readers failed", e);
    }
  }

  private boolean release(Reference<?> reference) {
    if (!(reference instanceof WatchedReference watched)
        || !forget(watched)
        || (closed && !watched.lasting)) {
      return false;
    }
    found.incrementAndGet();
    try {
      watched.then.run();
    } catch (Throwable e) {
      HeapExhaustion.exitIfExhausted(e);
      LOG.error("What was to happen when something became unreachable failed", e);
    }
    return true;
  }

  /** Removes a reference from the list; returns false if it was removed before. */
  private synchronized boolean forget(WatchedReference watched) {
    if (watched.forgotten) {
      return false;
    }
    watched.forgotten = true;
    if (watched.lasting) {
      lasting--;
    }
    if (watched.newer != null) {
      watched.newer.older = watched.older;
    } else {
      newest = watched.older;
    }
    if (watched.older != null) {
      watched.older.newer = watched.newer;
    }
    return true;
  }

  /**
   * Phantom reference to one watched object, in a linked list that keeps the reference itself
   * reachable.
   */
  private final class WatchedReference extends PhantomReference<Object>
      implements SharedStore.WatchHandle {
    private final Runnable then;
    private final boolean lasting;
    private @Nullable WatchedReference older;
    private @Nullable WatchedReference newer;
    private boolean forgotten;

    WatchedReference(Object token, Runnable then, boolean lasting) {
      super(token, unreachable);
      this.then = then;
      this.lasting = lasting;
    }

    @Override
    public void cancel() {
      if (forget(this)) {
        clear();
      }
    }
  }
}
