package io.mobula.internal.store;

import io.mobula.error.DeadlockException;
import io.mobula.internal.execution.Execution;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Execution that is blocked until objects are ready, as the deadlock detection sees it. Created by
 * its own thread; other threads report what they have proven about it.
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
  private int rounds; // this field and the next belong to the thread of the execution
  private long lookedAt;

  /**
   * Creates the wait without any proof of a cycle.
   *
   * @param number rank among the waits of its node
   * @param spare how many of the entries need not become ready
   * @param endless whether it waits for all of the entries, and without a timeout
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
   * Returns whether everything that waits for this execution is blocked as long as one of the
   * entries is pending.
   */
  boolean isEndless() {
    return endless;
  }

  int nextRound() {
    return ++rounds;
  }

  /**
   * Sends probes after a wait has lasted for some time, to look for a cycle through other
   * processes. Called by the thread of the execution.
   */
  void probe() {
    long now = System.nanoTime();
    if (rounds == 0 || now - lookedAt >= BETWEEN_LOOKS_NANOS) {
      lookedAt = now;
      deadlockDetector.sendProbes(this);
    }
  }

  /** Makes the waiting thread send probes at once. */
  void probeNow() {
    latch.probeNow();
  }

  /** Records a proof that this entry can become ready only after the wait has ended. */
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
