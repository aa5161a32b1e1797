package io.mobula.samples.training;

import io.mobula.ps.clock.Consistency;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Synchronization of a training's workers: how they wait for each other. */
public enum SyncMode {
  /** Each worker waits for all others after every step; the mean of their gradients is applied. */
  SYNCHRONOUS,
  /**
   * Each worker waits for workers that are more than {@link #STALENESS} steps behind; every
   * gradient is applied.
   */
  BOUNDED,
  /** No worker waits; every gradient is applied. */
  ASYNCHRONOUS;

  /** Maximum lead, in steps, of a worker over the slowest in mode {@link #BOUNDED}. */
  static final int STALENESS = 4;

  /** Returns the modes of that name: one, or none. */
  static List<SyncMode> named(String name) {
    return Arrays.stream(values()).filter(mode -> name.equals(mode.title())).toList();
  }

  /** Returns the name of the mode in lower case. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the consistency of a table whose workers synchronize in this mode. */
  public Consistency consistency() {
    return switch (this) {
      case SYNCHRONOUS -> Consistency.bulkSynchronous();
      case BOUNDED -> Consistency.boundedStaleness(STALENESS);
      case ASYNCHRONOUS -> Consistency.asynchronous();
    };
  }
}
