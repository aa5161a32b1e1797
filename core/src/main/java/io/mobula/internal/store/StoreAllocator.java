package io.mobula.internal.store;

import io.mobula.error.StoreFullException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Allocator of memory for objects: memory that is free, freed by eviction or by the collector, or
 * freed by others within a bounded time. Any thread; the caller's waits.
 */
final class StoreAllocator {
  private static final long MAX_SCAN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final StoreLifecycle lifecycle;
  private final StoreThreads threads;
  private final SharedStore memory;
  private final Duration fullTimeout;
  private final Evictor evictor;
  private final GarbageCollectionTrigger collector;
  private final IdleViews idleViews = new IdleViews();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition reclaimed = lock.newCondition();
  private final AllocationQueue queue; // under the lock
  private final AtomicInteger waiting = new AtomicInteger(); // changed under the lock
  private final AtomicLong reclaims = new AtomicLong(); // changed under the lock
  private volatile Runnable onFull = () -> {};

  StoreAllocator(
      StoreLifecycle lifecycle,
      StoreThreads threads,
      SharedStore memory,
      Duration fullTimeout,
      @Nullable SpillWriters writers,
      double threshold) {
    this.lifecycle = lifecycle;
    this.threads = threads;
    this.memory = memory;
    this.fullTimeout = fullTimeout;
    this.queue = new AllocationQueue(memory.capacityBytes(), fullTimeout.toNanos());
    this.evictor = new Evictor(memory, writers, threshold, this);
    this.collector = new GarbageCollectionTrigger(() -> onFull.run());
    memory.onReclaim(this::tellWaiting);
    memory.onCapacityRequest(bytes -> runInBackground(() -> {
      idleViews.endAll();
      evictor.vacate(bytes);
    }));
  }

  /** Sets the listener that is called before each collection for want of memory. */
  void onFull(Runnable listener) {
    onFull = listener;
  }

  /** Returns the registry of unused views, whose pins are released when memory is full. */
  IdleViews idleViews() {
    return idleViews;
  }

  /** Returns the evictor, which moves values out of memory. */
  Evictor evictor() {
    return evictor;
  }

  /** Runs work that may wait for memory and disks on a background thread. */
  void runInBackground(Runnable work) {
    threads.runInBackground(work);
  }

  /**
   * Allocates memory for an object. A full store first evicts what it may, then runs the collector
   * for unreachable refs and views, then waits for others to free memory. While it waits, the
   * collector runs from time to time, and once more at the end; then the allocation fails. At least
   * one eviction is tried, however short the timeout is.
   *
   * @throws StoreFullException when no memory becomes free in time; the message says if a disk is
   *     the reason
   */
  WritableBlock allocate(long bytes) {
    return allocate(bytes, lifecycle::requireOpen, () -> false);
  }

  /**
   * Allocates memory, and waits once more for the full timeout whenever {@code more} returns true.
   */
  WritableBlock allocate(long bytes, BooleanSupplier more) {
    return allocate(bytes, lifecycle::requireOpen, more);
  }

  /** Returns the capacity for all objects together. */
  long capacityBytes() {
    return memory.capacityBytes();
  }

  /**
   * Allocates memory for a value that is restored. Also works while the node leaves and accepts no
   * new values, because others copy what it has.
   */
  WritableBlock allocateForRestore(long bytes) {
    return allocate(bytes, lifecycle::requireMemory, () -> false);
  }

  private WritableBlock allocate(long bytes, Runnable requireOpen, BooleanSupplier more) {
    boolean isTooLarge = bytes > memory.capacityBytes();
    if (waiting.get() == 0 || isTooLarge) {
      try {
        return create(bytes, requireOpen);
      } catch (StoreFullException e) {
        if (isTooLarge) {
          throw e;
        }
      }
    }
    var queued = enter(bytes);
    try (var _ = BlockedThread.enter(lifecycle.node(), () -> waitStep(bytes))) {
      return allocateInTurn(queued, bytes, requireOpen, more);
    } finally {
      leave(queued);
    }
  }

  private WaitStep waitStep(long bytes) {
    return WaitStep.end(
        "waits for room for " + bytes + " bytes in the store, for " + fullTimeout + " at most: "
            + memory.usedBytes() + " of " + memory.capacityBytes() + " are in use",
        WaitCause.RESOURCES);
  }

  /** Tries to allocate when the request may, and in any case before it gives up. */
  private WritableBlock allocateInTurn(
      AllocationQueue.QueuedAllocation queued,
      long bytes,
      Runnable requireOpen,
      BooleanSupplier more) {
    long end = System.nanoTime() + fullTimeout.toNanos();
    var collections = collector.forOneWaiter(more.getAsBoolean());
    var full = new StoreFullException("There was no room in the store for " + bytes
        + " bytes, nor for others that wait for longer");
    while (true) {
      long seen = reclaims.get();
      long left = end - System.nanoTime();
      boolean tries = left <= 0 || mayTry(queued);
      if (tries) {
        try {
          return tryAll(bytes, requireOpen);
        } catch (StoreFullException e) {
          full = e;
        }
      }
      requireOpen.run();
      if (left <= 0 && !collections.runBeforeGivingUp()) {
        if (!more.getAsBoolean()) {
          throw full;
        }
        end = System.nanoTime() + fullTimeout.toNanos();
      }
      if (left > 0 && tries) {
        collections.runIfDue();
      }
      awaitReclaim(seen, left <= 0 ? MAX_SCAN_NANOS : Math.min(left, MAX_SCAN_NANOS), full);
    }
  }

  /** Allocates free memory, or that of unused views, or that of values which can be evicted. */
  private WritableBlock tryAll(long bytes, Runnable requireOpen) {
    StoreFullException full;
    try {
      return create(bytes, requireOpen);
    } catch (StoreFullException e) {
      full = e;
    }
    if (bytes > memory.capacityBytes()) {
      throw full;
    }
    var kept = idleViews.endAll() ? tryCreate(bytes) : null;
    if (kept != null) {
      return kept;
    }
    try {
      var made = evictor.makeRoom(bytes);
      if (made != null) {
        return made;
      }
    } catch (StoreFullException disks) {
      throw new StoreFullException(full.getMessage() + ". " + disks.getMessage());
    }
    throw full;
  }

  private AllocationQueue.QueuedAllocation enter(long bytes) {
    lock.lock();
    try {
      waiting.incrementAndGet();
      return queue.enter(bytes, System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /** Leaves the queue and wakes the others, so that the next one tries. */
  private void leave(AllocationQueue.QueuedAllocation queued) {
    lock.lock();
    try {
      queue.leave(queued);
      waiting.decrementAndGet();
      reclaims.incrementAndGet();
      reclaimed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean mayTry(AllocationQueue.QueuedAllocation queued) {
    lock.lock();
    try {
      return queue.mayTry(queued, System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  private WritableBlock create(long bytes, Runnable requireOpen) {
    requireOpen.run();
    try {
      return memory.create(bytes);
    } catch (IllegalStateException closed) {
      requireOpen.run();
      throw closed;
    }
  }

  private @Nullable WritableBlock tryCreate(long bytes) {
    try {
      return memory.create(bytes);
    } catch (StoreFullException stillFull) {
      return null;
    }
  }

  private void tellWaiting() {
    if (waiting.get() > 0) {
      lock.lock();
      try {
        reclaims.incrementAndGet();
        reclaimed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits until something has been freed, a request has left the queue, or a moment has passed. */
  private void awaitReclaim(long seen, long nanos, StoreFullException full) {
    var hold = Execution.currentHold();
    hold.giveBack();
    lock.lock();
    try {
      long left = nanos;
      while (reclaims.get() == seen && left > 0) {
        left = reclaimed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw full;
    } finally {
      lock.unlock();
      hold.takeBack();
    }
  }
}
