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
 * Makes room in a full store: drops secondary copies, then spills primary ones, those that nobody
 * has read for long first and none that somebody has a view of.
 *
 * <p>Any thread; one makes room at a time and the others wait for it. What to take is found by the
 * clock algorithm (F. J. Corbató, "A paging experiment with the Multics system", 1968): a reader
 * sets a flag, the hand takes the flag away and, where there is none, the object. So a read costs
 * no lock and no queue. Without a place to spill to, only secondary copies are remembered.
 */
final class Evictor {
  private static final Logger LOG = LoggerFactory.getLogger(Evictor.class);

  /** How much is made free beyond what is wanted, at most. */
  private static final long MOST_AHEAD_BYTES = 64L << 20;

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
   * Takes over the writers, which are closed with the memory.
   *
   * @param threshold down to what share of its capacity a full store spills
   * @param room for what comes back
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

  /** Bytes of values that are on disk and not in memory. */
  long spilledBytes() {
    return spilledBytes.get();
  }

  /** How many such values there are. */
  long spilledObjects() {
    return spilledObjects.get();
  }

  /** The bytes of a new value, which may be evicted from now on. */
  SealedStorage createStorage(SealedObject object) {
    var housed = new SpillableStorage(object, this);
    add(housed);
    return housed;
  }

  /**
   * Room that another thread or this one has made by evicting, or null when there is nothing to
   * evict.
   *
   * @throws StoreFullException when what could be evicted finds no room on disk
   */
  @Nullable
  WritableBlock makeRoom(long bytes) {
    if (!turn.tryLock()) {
      awaitTurn(); // whoever has it makes room for others, too
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
   * Moves values out of memory until whole segments of this many bytes can be given to others of
   * the node, those in which little is used first. Gives what it can.
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

  /** Room for a value that comes back. */
  WritableBlock allocateForRestore(long bytes) {
    return room.allocateForRestore(bytes);
  }

  /** Runs what may wait for room and for disks. */
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

  /** Lets the hand find it; nothing happens for what could not be evicted anyway. */
  void add(SpillableStorage value) {
    boolean isSecondary = value.isSecondary();
    if (isSecondary || writers != null) {
      synchronized (this) {
        (isSecondary ? secondary : primary).add(value);
      }
      if (value.isGone()) { // and was before it was added
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
    return Math.max(wanted, Math.min(above, MOST_AHEAD_BYTES));
  }

  private long evict(long goal, Predicate<SpillableStorage> which) {
    long freed = drop(victims(secondary, goal, which));
    if (freed < goal && writers != null) {
      freed += spill(writers, goal - freed, which);
    }
    return freed;
  }

  /** Where no disk takes anything, what has been written before can still go. */
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

  /** Takes out of the clock what makes up the goal together. The hand goes round twice at most. */
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
