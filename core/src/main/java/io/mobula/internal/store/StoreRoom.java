package io.mobula.internal.store;

import io.mobula.error.StoreFullException;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.memory.Block;
import io.mobula.internal.memory.SharedStore;
import io.mobula.spi.SpillTarget;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Room for objects, however it comes about: free already, made by eviction, found by the collector,
 * or given back by others within a bounded time. Any thread; the caller's waits.
 */
final class StoreRoom {
  private static final long LONGEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ObjectStore store;
  private final SharedStore memory;
  private final Duration fullTimeout;
  private final Evictor evictor;
  private final CollectorCalls collector;
  private final IdleViews idleViews = new IdleViews();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition reclaimed = lock.newCondition();
  private final AtomicInteger waiting = new AtomicInteger();
  private long reclaims;

  StoreRoom(
      ObjectStore store,
      SharedStore memory,
      Duration fullTimeout,
      @Nullable SpillTarget target,
      double threshold) {
    this.store = store;
    this.memory = memory;
    this.fullTimeout = fullTimeout;
    this.evictor = new Evictor(memory, target, threshold, this);
    this.collector = new CollectorCalls(store::isFull);
    memory.onReclaim(this::tellWaiting);
    memory.onAsked(bytes -> background(() -> {
      idleViews.endAll();
      evictor.vacate(bytes);
    }));
  }

  /** Views that nobody has, whose pins go when there is no room. */
  IdleViews idleViews() {
    return idleViews;
  }

  /** Who makes room by moving values out of memory. */
  Evictor evictor() {
    return evictor;
  }

  /** Runs what may wait for room and for disks. */
  void background(Runnable work) {
    store.background(work);
  }

  /**
   * A full store first evicts what it may, then asks the collector for forgotten refs and views,
   * then waits for others to give theirs back, asks the collector now and then for what they have
   * forgotten meanwhile, and once more at the end, then fails. It evicts once however short the
   * time is.
   *
   * @throws StoreFullException when there is no room in time; the message says if a disk is why
   */
  Block allocate(long bytes) {
    return allocate(bytes, store::requireOpen, () -> false);
  }

  /** Allocates as above, but waits once more for the full time whenever {@code more} says so. */
  Block allocate(long bytes, BooleanSupplier more) {
    return allocate(bytes, store::requireOpen, more);
  }

  /** The ceiling for all objects together. */
  long capacityBytes() {
    return memory.capacityBytes();
  }

  /**
   * The same for a value that comes back into memory, also while the node leaves and takes no new
   * ones: others copy what it has.
   */
  Block allocateAgain(long bytes) {
    return allocate(bytes, store::requireMemory, () -> false);
  }

  private Block allocate(long bytes, Runnable requireOpen, BooleanSupplier more) {
    long end = System.nanoTime() + fullTimeout.toNanos();
    var collections = collector.forOneWaiter(more.getAsBoolean());
    while (true) {
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
        full = new StoreFullException(full.getMessage() + ". " + disks.getMessage());
      }
      requireOpen.run();
      long left = end - System.nanoTime();
      if (left <= 0 && !collections.last()) {
        if (!more.getAsBoolean()) {
          throw full;
        }
        end = System.nanoTime() + fullTimeout.toNanos();
      }
      if (left > 0) {
        collections.whenDue();
      }
      awaitReclaim(left <= 0 ? LONGEST_LOOK_NANOS : Math.min(left, LONGEST_LOOK_NANOS), full);
    }
  }

  private Block create(long bytes, Runnable requireOpen) {
    requireOpen.run();
    try {
      return memory.create(bytes);
    } catch (IllegalStateException closed) {
      requireOpen.run();
      throw closed;
    }
  }

  private @Nullable Block tryCreate(long bytes) {
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
        reclaims++;
        reclaimed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Until something is freed, or a moment has passed: what was freed just before is seen then. */
  private void awaitReclaim(long nanos, StoreFullException full) {
    var hold = Execution.currentHold();
    hold.giveBack();
    waiting.incrementAndGet();
    lock.lock();
    try {
      long before = reclaims;
      long left = nanos;
      while (reclaims == before && left > 0) {
        left = reclaimed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw full;
    } finally {
      lock.unlock();
      waiting.decrementAndGet();
      hold.takeBack();
    }
  }
}
