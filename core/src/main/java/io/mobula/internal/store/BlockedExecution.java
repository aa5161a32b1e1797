package io.mobula.internal.store;

import io.mobula.error.DeadlockException;
import io.mobula.internal.execution.Execution;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * An execution that blocks until objects are there. Made by its thread; what others prove of it
 * comes from any.
 */
final class BlockedExecution {
  private static final long BETWEEN_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final long number;
  private final Execution execution;
  private final List<ObjectEntry> entries;
  private final int spare;
  private final boolean endless;
  private final WaitLatch latch;
  private final DeadlockDetector deadlockDetector;
  private final Set<Integer> hopeless = new HashSet<>(); // under the monitor
  private int rounds; // this and the next are its thread's
  private long lookedAt;

  /**
   * Knows of no cycle yet.
   *
   * @param number ranks it among the waits of its node
   * @param spare how many of the entries need not come
   * @param endless whether it waits for all of them, and for ever
   */
  BlockedExecution(
      long number,
      Execution execution,
      List<ObjectEntry> entries,
      int spare,
      boolean endless,
      WaitLatch latch,
      DeadlockDetector deadlockDetector) {
    this.number = number;
    this.execution = execution;
    this.entries = entries;
    this.spare = spare;
    this.endless = endless;
    this.latch = latch;
    this.deadlockDetector = deadlockDetector;
  }

  long number() {
    return number;
  }

  Execution execution() {
    return execution;
  }

  List<ObjectEntry> entries() {
    return entries;
  }

  int spare() {
    return spare;
  }

  /**
   * Whether it holds up all who wait for its execution, as long as one of the entries is missing.
   */
  boolean isEndless() {
    return endless;
  }

  int nextRound() {
    return ++rounds;
  }

  /** It lasts: looks for a cycle that leads through other processes. For its thread. */
  void probe() {
    long now = System.nanoTime();
    if (rounds == 0 || now - lookedAt >= BETWEEN_LOOKS_NANOS) {
      lookedAt = now;
      deadlockDetector.sendProbes(this);
    }
  }

  /** Its thread shall look at once. */
  void probeNow() {
    latch.probeNow();
  }

  /** This entry can only come when the wait has ended. */
  void markHopeless(int wanted) {
    boolean all;
    synchronized (this) {
      all = hopeless.add(wanted) && hopeless.size() > spare;
    }
    if (all) {
      latch.failWith(() -> exception(entries.get(wanted), "others return that wait for it"));
    }
  }

  DeadlockException exception(ObjectEntry entry, String when) {
    var producer = entry.producer();
    return new DeadlockException(execution.name() + " waits for " + entry.id() + ", which "
        + (producer == null ? "its actor" : producer.describe()) + " can only give after " + when
        + ". Return the ref instead of getting it, or use toCompletableFuture.");
  }
}
