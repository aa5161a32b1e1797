package io.mobula.internal.cluster;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Deadline of joining a cluster. Each progress extends it to a whole join timeout from then, so
 * that a slow machine can join, too; but joining ends at most {@value #MAX_TIMEOUTS} join timeouts
 * after it began. Thread-safe.
 */
final class JoinDeadline {
  /** Number of join timeouts that joining may take in all. */
  static final int MAX_TIMEOUTS = 6;

  private static final long MAX_NANOS = Long.MAX_VALUE / (2 * MAX_TIMEOUTS);

  private final LongSupplier clock;
  private final long timeout;
  private final long begun;
  private long last;
  private String reached = "no seed has answered";

  /**
   * Creates a deadline that begins now.
   *
   * @param timeout how long joining may go on without progress
   * @param clock in nanoseconds; advances only while this process runs
   */
  JoinDeadline(Duration timeout, LongSupplier clock) {
    this.clock = clock;
    this.timeout = nanos(timeout);
    this.begun = clock.getAsLong();
    this.last = begun;
  }

  /** Returns the longest time that joining may take with this join timeout. */
  static Duration maxDuration(Duration timeout) {
    return Duration.ofNanos(nanos(timeout) * MAX_TIMEOUTS);
  }

  private static long nanos(Duration timeout) {
    return timeout.compareTo(Duration.ofNanos(MAX_NANOS)) < 0 ? timeout.toNanos() : MAX_NANOS;
  }

  /**
   * Extends the deadline, as joining has made progress.
   *
   * @param step what has happened, as text
   */
  synchronized void extend(String step) {
    last = clock.getAsLong();
    reached = step;
  }

  /** Returns the nanoseconds left without further progress; zero or less when the time is over. */
  synchronized long remainingNanos() {
    long now = clock.getAsLong();
    return Math.min(last + timeout - now, begun + timeout * MAX_TIMEOUTS - now);
  }

  /** Describes how far joining has come and how long it took. */
  synchronized String describe() {
    long now = clock.getAsLong();
    return "The last progress was: " + reached + ". Waited " + Duration.ofNanos(now - begun)
        + " in all, the last " + Duration.ofNanos(now - last)
        + " without progress (mobula.cluster.join-timeout is " + Duration.ofNanos(timeout)
        + " without progress, and " + MAX_TIMEOUTS + " times as long in all).";
  }
}
