package io.mobula.internal.store;

import io.mobula.error.MobulaException;
import io.mobula.error.StoreFullException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.memory.SealedObject;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.WritableBlock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evictor of a full store: drops secondary copies first and then spills primary ones, those that
 * were not read for long before others, and none that are pinned.
 *
 * <p>Any thread; one at a time evicts and the others wait for it. Victims are found by the clock
 * algorithm (F. J. Corbató, "A paging experiment with the Multics system", 1968): a reader sets a
 * flag, and the hand of the clock clears the flag or, if it is clear, evicts the object. So a read
 * costs no lock and no queue. In a store that does not spill, only secondary copies are tracked.
 */
final class Evictor {
  private static final Logger LOG = LoggerFactory.getLogger(Evictor.class);

  /** Largest number of bytes that are freed beyond the request. */
  private static final long MAX_AHEAD_BYTES = 64L << 20;

  private final SharedStore memory;
  private final double threshold;
  private final StoreAllocator room;
  private final @Nullable SpillWriters writers;
  private final LinkedHashSet<SpillableStorage> primary = new LinkedHashSet<>();
  private final LinkedHashSet<SpillableStorage> secondary = new LinkedHashSet<>();
  private final ReentrantLock turn = new ReentrantLock();
  private final AtomicLong spilledBytes = new AtomicLong();
  private final AtomicLong spilledObjects = new AtomicLong();

  /**
   * Creates the evictor, which takes over the writers: they are closed with the memory.
   *
   * @param threshold the share of its capacity down to which a full store spills
   * @param room allocates memory for restored values
   */
  Evictor(
      SharedStore memory, @Nullable SpillWriters writers, double threshold, StoreAllocator room) {
    this.memory = memory;
    this.threshold = threshold;
    this.room = room;
    this.writers = writers;
    if (writers != null) {
      memory.onClose(writers::close);
    }
  }

  /** Returns the bytes of values that are on disk and not in memory. */
  long spilledBytes() {
    return spilledBytes.get();
  }

  /** Returns the number of values that are on disk and not in memory. */
  long spilledObjects() {
    return spilledObjects.get();
  }

  /** Creates the storage of a new value, which may be evicted from now on. */
  SealedStorage createStorage(SealedObject object) {
    var housed = new SpillableStorage(object, this);
    add(housed);
    return housed;
  }

  /**
   * Evicts values and allocates from the memory that this thread or another one has freed. Returns
   * null when there is nothing to evict.
   *
   * @throws StoreFullException when values could be evicted and no disk takes them
   */
  @Nullable
  WritableBlock makeRoom(long bytes) {
    if (!turn.tryLock()) {
      awaitTurn(); // the thread that evicts frees memory for others, too
      return create(bytes);
    }
    try {
      WritableBlock made = null;
      while (made == null && evict(goal(bytes), any -> true) > 0) {
        made = create(bytes);
      }
      return made;
    } finally {
      turn.unlock();
    }
  }

  /**
   * Moves values out of memory until whole segments of this many bytes can be given to other
   * processes of the node, the least used segments first. Gives what it can.
   */
  void vacate(long bytes) {
    turn.lock();
    try {
      long given = 0;
      for (int segment : memory.segmentsByUse()) {
        if (given >= bytes) {
          return;
        }
        evict(Long.MAX_VALUE, value -> value.isIn(segment));
        given += memory.releaseIdle(bytes - given);
      }
    } catch (MobulaException e) {
      LOG.warn("Nothing more can be given to other processes of this node: {}", e.getMessage());
    } finally {
      turn.unlock();
    }
  }

  private void awaitTurn() {
    var hold = Execution.currentHold();
    hold.giveBack();
    try {
      turn.lockInterruptibly();
      turn.unlock();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException("Interrupted while the store made room for a value.");
    } finally {
      hold.takeBack();
    }
  }

  /** Allocates memory for a value that is restored. */
  WritableBlock allocateForRestore(long bytes) {
    return room.allocateForRestore(bytes);
  }

  /** Runs work that may wait for memory and disks on a background thread. */
  void runInBackground(Runnable work) {
    room.runInBackground(work);
  }

  boolean evictFromMemory(SealedObject object) {
    return memory.evict(object);
  }

  void countSpilled(long bytes) {
    spilledBytes.addAndGet(bytes);
    spilledObjects.incrementAndGet();
  }

  void countRestored(long bytes) {
    spilledBytes.addAndGet(-bytes);
    spilledObjects.decrementAndGet();
  }

  /** Adds a value to the clock, unless it could not be evicted anyway. */
  void add(SpillableStorage value) {
    boolean isSecondary = value.isSecondary();
    if (isSecondary || writers != null) {
      synchronized (this) {
        (isSecondary ? secondary : primary).add(value);
      }
      if (value.isGone()) { // it may have been discarded before it was added
        remove(value);
      }
    }
  }

  synchronized void remove(SpillableStorage value) {
    primary.remove(value);
    secondary.remove(value);
  }

  private @Nullable WritableBlock create(long bytes) {
    try {
      return memory.create(bytes);
    } catch (StoreFullException stillFull) {
      return null;
    }
  }

  private long goal(long wanted) {
    long above = memory.usedBytes() - (long) (memory.capacityBytes() * threshold);
    return Math.max(wanted, Math.min(above, MAX_AHEAD_BYTES));
  }

  private long evict(long goal, Predicate<SpillableStorage> which) {
    long freed = drop(victims(secondary, goal, which));
    if (freed < goal && writers != null) {
      freed += spill(writers, goal - freed, which);
    }
    return freed;
  }

  /**
   * Spills the next victims. Where no disk accepts anything, values that have been written before
   * can still be dropped from memory.
   */
  private long spill(SpillWriters to, long goal, Predicate<SpillableStorage> which) {
    try {
      return to.spill(victims(primary, goal, which), this::add);
    } catch (StoreFullException disks) {
      long freed = drop(victims(primary, goal, which.and(SpillableStorage::isWritten)));
      if (freed == 0) {
        throw disks;
      }
      return freed;
    }
  }

  private long drop(List<SpillableStorage> victims) {
    long freed = 0;
    for (var victim : victims) {
      long left = victim.evict(null);
      if (left == 0) {
        add(victim);
      }
      freed += left;
    }
    return freed;
  }

  /**
   * Removes values from the clock until they add up to the goal. The hand goes round twice at most.
   */
  private synchronized List<SpillableStorage> victims(
      SequencedSet<SpillableStorage> clock, long goal, Predicate<SpillableStorage> which) {
    var victims = new ArrayList<SpillableStorage>();
    long sum = 0;
    for (long looks = 2L * clock.size(); looks > 0 && sum < goal && !clock.isEmpty(); looks--) {
      var next = clock.removeFirst();
      if (!which.test(next) || next.testAndClearTouched() || !next.tryBeginEviction()) {
        clock.addLast(next);
      } else {
        victims.add(next);
        sum += next.byteSize();
      }
    }
    return victims;
  }
}
