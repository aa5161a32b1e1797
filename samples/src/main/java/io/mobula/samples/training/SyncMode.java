package io.mobula.samples.training;

import io.mobula.ps.clock.Consistency;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How the workers of a training wait for each other. */
public enum SyncMode {
  /** After every step for all; their gradients are applied as one, their mean. */
  SYNCHRONOUS,
  /** For those who are more than {@link #STALENESS} steps behind; every gradient is applied. */
  BOUNDED,
  /** For nobody; every gradient is applied. */
  ASYNCHRONOUS;

  /** How many steps a worker may be ahead of the slowest when it is {@link #BOUNDED}. */
  static final int STALENESS = 4;

  /** The modes of that name: one, or none. */
  static List<SyncMode> named(String name) {
    return Arrays.stream(values()).filter(mode -> name.equals(mode.title())).toList();
  }

  /** Its name as people write it. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The rule of a table whose workers wait like that. */
  public Consistency consistency() {
    return switch (this) {
      case SYNCHRONOUS -> Consistency.bulkSynchronous();
      case BOUNDED -> Consistency.boundedStaleness(STALENESS);
      case ASYNCHRONOUS -> Consistency.asynchronous();
    };
  }
}
