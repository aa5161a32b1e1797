package io.mobula.internal.process;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Policy for the restart of a child that ended: at once at first, then after a pause that doubles
 * with each end within the {@code window}; never after too many of those. Failed starts in a row
 * count however long each takes: otherwise a child that never comes up within a long timeout would
 * be restarted for ever.
 *
 * @param pause the pause before the second restart
 * @param maxPause the maximum pause
 * @param restarts how many are allowed within the window; 0 allows none at all
 * @param window how long an end counts
 */
public record RestartPolicy(Duration pause, Duration maxPause, int restarts, Duration window) {
  /** Default: up to 10 restarts in 10 minutes, with pauses from 0.2 s to 30 s. */
  public static final RestartPolicy DEFAULT =
      new RestartPolicy(Duration.ofMillis(200), Duration.ofSeconds(30), 10, Duration.ofMinutes(10));

  /** Policy without any restart. */
  public static final RestartPolicy NEVER =
      new RestartPolicy(Duration.ZERO, Duration.ZERO, 0, Duration.ofSeconds(1));

  /** Rejects negative and inconsistent values. */
  public RestartPolicy {
    if (pause.isNegative()
        || maxPause.compareTo(pause) < 0
        || restarts < 0
        || !window.isPositive()) {
      throw new IllegalArgumentException("Not a restart policy: pause=" + pause + " longest="
          + maxPause + " restarts=" + restarts + " window=" + window);
    }
  }

  /** Returns this policy with another number of restarts. */
  public RestartPolicy restarts(int within) {
    return new RestartPolicy(pause, maxPause, within, window);
  }

  /**
   * Returns the pause before the next start, or empty to give up.
   *
   * @param ends when the child has ended, the last time included, in nanoseconds
   * @param failedStarts how many times in a row the child has ended before it was up
   * @param now the time on the same clock
   */
  Optional<Duration> next(List<Long> ends, int failedStarts, long now) {
    long recent = ends.stream().filter(end -> now - end < window.toNanos()).count();
    int counted = (int) Math.max(recent, failedStarts);
    if (counted > restarts) {
      return Optional.empty();
    }
    return Optional.of(counted <= 1 ? Duration.ZERO : doubled(counted - 2));
  }

  private Duration doubled(int times) {
    var result = pause;
    for (int i = 0; i < times && result.compareTo(maxPause) < 0; i++) {
      result = result.multipliedBy(2);
    }
    return result.compareTo(maxPause) < 0 ? result : maxPause;
  }
}
