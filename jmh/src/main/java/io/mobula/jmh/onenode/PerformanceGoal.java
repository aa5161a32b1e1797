package io.mobula.jmh.onenode;

import io.mobula.jmh.measure.QuantityFormat;
import java.util.Locale;

/** Performance target of a row, and its comparison with the measured medians. */
sealed interface PerformanceGoal {
  /** Returns the text for the table. */
  String text();

  /**
   * Returns whether the goal can be judged, which needs the times of all operations it compares.
   */
  default boolean isJudged(BenchmarkRow row, MeasuredTimes measuredTimes) {
    return true;
  }

  /** Returns whether the goal was reached. */
  boolean isReached(BenchmarkRow row, MeasuredTimes measuredTimes);

  /** Absence of a goal, for a row that is only informative. */
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

  /** Minimum number of operations per second. */
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

  /** Minimum speed as a part of the first baseline's speed. */
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

  /** Maximum time as a multiple of another row's time. */
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

  /** Maximum number of seconds beyond the first baseline's time. */
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
