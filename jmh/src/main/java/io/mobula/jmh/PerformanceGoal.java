package io.mobula.jmh;

import java.util.Locale;

/** What a row shall reach, and whether its medians say that it did. */
sealed interface PerformanceGoal {
  /** What the table prints. */
  String text();

  /** Whether it could be judged: all it compares was timed. */
  default boolean isJudged(BenchmarkRow row, MeasuredTimes measuredTimes) {
    return true;
  }

  /** Whether it was reached. */
  boolean isReached(BenchmarkRow row, MeasuredTimes measuredTimes);

  /** Nothing to reach; the row is there to be looked at. */
  record None() implements PerformanceGoal {
    @Override
    public String text() {
      return "–";
    }

    @Override
    public boolean isJudged(BenchmarkRow row, MeasuredTimes measuredTimes) {
      return false;
    }

    @Override
    public boolean isReached(BenchmarkRow row, MeasuredTimes measuredTimes) {
      return false;
    }
  }

  /** So many operations a second, at least. */
  record MinimumRate(double perSecond) implements PerformanceGoal {
    @Override
    public String text() {
      return "≥ " + QuantityFormat.rate(perSecond);
    }

    @Override
    public boolean isReached(BenchmarkRow row, MeasuredTimes measuredTimes) {
      return 1e9 / measuredTimes.medianOf(row.ours()) >= perSecond;
    }
  }

  /** At least this part of the speed of the first that stands beside. */
  record MinimumSpeedRatio(double share) implements PerformanceGoal {
    @Override
    public String text() {
      return "≥ " + share + " of the copy";
    }

    @Override
    public boolean isReached(BenchmarkRow row, MeasuredTimes measuredTimes) {
      return measuredTimes.medianOf(row.baselines().getFirst()) / measuredTimes.medianOf(row.ours())
          >= share;
    }
  }

  /** At most so many times the time of another row's. */
  record MaximumTimeRatio(double factor, BenchmarkRow of) implements PerformanceGoal {
    @Override
    public String text() {
      return String.format(
          Locale.ROOT, "≤ %.0f × that at %s", factor, QuantityFormat.size(of.bytes()));
    }

    @Override
    public boolean isJudged(BenchmarkRow row, MeasuredTimes measuredTimes) {
      return measuredTimes.has(of.ours());
    }

    @Override
    public boolean isReached(BenchmarkRow row, MeasuredTimes measuredTimes) {
      return measuredTimes.medianOf(row.ours()) <= factor * measuredTimes.medianOf(of.ours());
    }
  }

  /** At most so many seconds more than the first that stands beside. */
  record MaximumExtraSeconds(double seconds) implements PerformanceGoal {
    @Override
    public String text() {
      return "≤ " + seconds + " s more";
    }

    @Override
    public boolean isReached(BenchmarkRow row, MeasuredTimes measuredTimes) {
      return measuredTimes.medianOf(row.ours())
              - measuredTimes.medianOf(row.baselines().getFirst())
          <= seconds * 1e9;
    }
  }
}
