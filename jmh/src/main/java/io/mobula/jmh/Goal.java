package io.mobula.jmh;

import java.util.Locale;

/** What a row shall reach, and whether its medians say that it did. */
sealed interface Goal {
  /** What the table prints. */
  String text();

  /** Whether it could be judged: all it compares was timed. */
  default boolean isJudged(Row row, Medians medians) {
    return true;
  }

  /** Whether it was reached. */
  boolean isReached(Row row, Medians medians);

  /** Nothing to reach; the row is there to be looked at. */
  record None() implements Goal {
    @Override
    public String text() {
      return "–";
    }

    @Override
    public boolean isJudged(Row row, Medians medians) {
      return false;
    }

    @Override
    public boolean isReached(Row row, Medians medians) {
      return false;
    }
  }

  /** So many operations a second, at least. */
  record Rate(double perSecond) implements Goal {
    @Override
    public String text() {
      return "≥ " + Words.rate(perSecond);
    }

    @Override
    public boolean isReached(Row row, Medians medians) {
      return 1e9 / medians.of(row.ours()) >= perSecond;
    }
  }

  /** At least this part of the speed of the first that stands beside. */
  record Share(double share) implements Goal {
    @Override
    public String text() {
      return "≥ " + share + " of the copy";
    }

    @Override
    public boolean isReached(Row row, Medians medians) {
      return medians.of(row.beside().getFirst()) / medians.of(row.ours()) >= share;
    }
  }

  /** At most so many times the time of another row's. */
  record Times(double factor, Row of) implements Goal {
    @Override
    public String text() {
      return String.format(Locale.ROOT, "≤ %.0f × that at %s", factor, Words.size(of.bytes()));
    }

    @Override
    public boolean isJudged(Row row, Medians medians) {
      return medians.has(of.ours());
    }

    @Override
    public boolean isReached(Row row, Medians medians) {
      return medians.of(row.ours()) <= factor * medians.of(of.ours());
    }
  }

  /** At most so many seconds more than the first that stands beside. */
  record SecondsMore(double seconds) implements Goal {
    @Override
    public String text() {
      return "≤ " + seconds + " s more";
    }

    @Override
    public boolean isReached(Row row, Medians medians) {
      return medians.of(row.ours()) - medians.of(row.beside().getFirst()) <= seconds * 1e9;
    }
  }
}
