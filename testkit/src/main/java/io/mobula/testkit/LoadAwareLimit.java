package io.mobula.testkit;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Time limit of a wait in a test. On a machine that is not overloaded it is over when its time has
 * passed. On an overloaded one, this process and its children get more time, until they have
 * computed for as long as the limit is, or ten times that time has passed: a test that waits for
 * work of theirs fails because of the work, and not because other processes had the processors. For
 * one thread.
 */
final class LoadAwareLimit {
  private static final int MOST_TIMES = 10;
  /** Processes that want each processor, on average over a minute, on an overloaded machine. */
  private static final double OVERLOAD = 2;
  /** Part of the limit after which the computing time is first read, which costs a little. */
  private static final int FIRST_READING = 10;

  private static final long BETWEEN_READINGS_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long limitNanos;
  private final Machine machine;
  private final long start;
  private boolean hasRead;
  private long computedBefore;
  private long lastReading;

  /**
   * Clocks of a machine.
   *
   * @param nanos time that passes, in nanoseconds
   * @param computedNanos time for which this process and its children have computed
   * @param load number of processes that want each processor
   */
  record Machine(LongSupplier nanos, LongSupplier computedNanos, DoubleSupplier load) {
    static final Machine THIS =
        new Machine(System::nanoTime, Machine::computed, Machine::loadOfEachProcessor);

    private static long computed() {
      var self = ProcessHandle.current();
      return Stream.concat(Stream.of(self), self.descendants())
          .flatMap(process -> process.info().totalCpuDuration().stream())
          .mapToLong(Duration::toNanos)
          .sum();
    }

    /** Returns a negative number where the system does not tell. */
    private static double loadOfEachProcessor() {
      var system = ManagementFactory.getOperatingSystemMXBean();
      return system.getSystemLoadAverage() / system.getAvailableProcessors();
    }
  }

  private LoadAwareLimit(Duration limit, Machine machine) {
    this.limitNanos = limit.toNanos();
    this.machine = machine;
    this.start = machine.nanos().getAsLong();
  }

  /** Starts a limit on this machine. */
  static LoadAwareLimit start(Duration limit) {
    return start(limit, Machine.THIS);
  }

  static LoadAwareLimit start(Duration limit, Machine machine) {
    return new LoadAwareLimit(limit, machine);
  }

  /** Returns whether the wait has lasted long enough. To be asked from time to time. */
  boolean isOver() {
    long now = machine.nanos().getAsLong();
    long passed = now - start;
    if (!hasRead && passed > limitNanos / FIRST_READING) {
      hasRead = true;
      computedBefore = machine.computedNanos().getAsLong();
    }
    if (passed < limitNanos) {
      return false;
    }
    if (passed / MOST_TIMES >= limitNanos) {
      return true;
    }
    if (lastReading != 0 && now - lastReading < BETWEEN_READINGS_NANOS) {
      return false;
    }
    lastReading = now;
    return machine.load().getAsDouble() < OVERLOAD
        || machine.computedNanos().getAsLong() - computedBefore >= limitNanos;
  }

  /** Describes how long the wait has lasted, for a message. */
  String describe() {
    var passed = Duration.ofNanos(machine.nanos().getAsLong() - start);
    double load = machine.load().getAsDouble();
    return passed.toMillis() / 1000.0 + " s"
        + (load < OVERLOAD
            ? ""
            : String.format(
                java.util.Locale.ROOT,
                " at a load of %.1f for each processor, in which this process and its children computed for %.1f s",
                load,
                (machine.computedNanos().getAsLong() - computedBefore) / 1e9));
  }
}
