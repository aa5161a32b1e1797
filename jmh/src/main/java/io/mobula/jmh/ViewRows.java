package io.mobula.jmh;

import java.util.HashMap;
import java.util.Map;

/**
 * Remembers the rows that read views, so that a large one's time can be held against a small one's.
 */
final class ViewRows {
  private static final long SMALL = 1L << 20;
  private static final long LARGE = 100L << 20;
  private static final double FACTOR = 2;

  private final Map<Long, Row> bySize = new HashMap<>();

  void add(Row row) {
    bySize.put(row.bytes(), row);
  }

  /** What reading a view of this size shall reach. */
  Goal goal(long bytes) {
    var small = bySize.get(SMALL);
    return bytes == LARGE && small != null ? new Goal.Times(FACTOR, small) : new Goal.None();
  }
}
