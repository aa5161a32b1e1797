package io.mobula.internal.cluster;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The deadline of joining. Each sign of progress puts it off to a whole join timeout from then, so
 * that a slow machine joins, too; but joining ends at most {@value #MOST} join timeouts after it
 * began. Safe for all threads.
 */
final class JoinDeadline {
  /** How many join timeouts joining may take in all. */
  static final int MOST = 6;

  private static final long LONGEST_NANOS = Long.MAX_VALUE / (2 * MOST);

  private final LongSupplier clock;
  private final long timeout;
  private final long begun;
  private long last;
  private String reached = "no seed has answered";

  /**
   * Begins now.
   *
   * @param timeout for how long joining may go on without progress
   * @param clock in nanoseconds; goes on only while this process runs
   */
  JoinDeadline(Duration timeout, LongSupplier clock) {
    this.clock = clock;
    this.timeout = nanos(timeout);
    this.begun = clock.getAsLong();
    this.last = begun;
  }

  /** The most that joining may take with this join timeout. */
  static Duration longest(Duration timeout) {
    return Duration.ofNanos(nanos(timeout) * MOST);
  }

  private static long nanos(Duration timeout) {
    return timeout.compareTo(Duration.ofNanos(LONGEST_NANOS)) < 0
        ? timeout.toNanos()
        : LONGEST_NANOS;
  }

  /**
   * Notes that joining has made progress.
   *
   * @param step what has happened, for people
   */
  synchronized void extend(String step) {
    last = clock.getAsLong();
    reached = step;
  }

  /**
   * How many nanoseconds are left if there is no more progress; zero or less when the time is over.
   */
  synchronized long remainingNanos() {
    long now = clock.getAsLong();
    return Math.min(last + timeout - now, begun + timeout * MOST - now);
  }

  /** How far joining has come and how long it took, for people. */
  synchronized String describe() {
    long now = clock.getAsLong();
    return "The last progress was: " + reached + ". Waited " + Duration.ofNanos(now - begun)
        + " in all, the last " + Duration.ofNanos(now - last)
        + " without progress (mobula.cluster.join-timeout is " + Duration.ofNanos(timeout)
        + " without progress, and " + MOST + " times as long in all).";
  }
}
