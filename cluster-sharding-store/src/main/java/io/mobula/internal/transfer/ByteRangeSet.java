package io.mobula.internal.transfer;

import java.util.Map;
import java.util.TreeMap;

/**
 * Set of bytes, stored as disjoint ranges; adjacent ranges are joined. Not thread-safe. Bytes that
 * arrive in order take one entry, so adding is cheap in the usual case.
 */
final class ByteRangeSet {
  /** Consumer of one range. */
  interface RangeConsumer {
    void accept(long from, long to);
  }

  private final TreeMap<Long, Long> ends = new TreeMap<>();
  private long covered;

  /**
   * Adds the bytes from {@code from} (inclusive) to {@code to} (exclusive). Returns how many of
   * them are new.
   */
  long add(long from, long to) {
    if (from >= to) {
      return 0;
    }
    long start = from;
    long end = to;
    long swallowed = 0;
    Map.Entry<Long, Long> near = ends.floorEntry(to);
    while (near != null && near.getValue() >= from) {
      start = Math.min(start, near.getKey());
      end = Math.max(end, near.getValue());
      swallowed += near.getValue() - near.getKey();
      ends.remove(near.getKey());
      near = ends.floorEntry(to);
    }
    ends.put(start, end);
    long added = end - start - swallowed;
    covered += added;
    return added;
  }

  /** Returns the number of bytes in the set. */
  long covered() {
    return covered;
  }

  /** Passes on the parts of a range that are not in the set, in order. */
  void forEachGap(long from, long to, RangeConsumer consumer) {
    long at = from;
    Map.Entry<Long, Long> before = ends.floorEntry(from);
    if (before != null) {
      at = Math.max(at, before.getValue());
    }
    for (var next : ends.subMap(from, false, Math.max(from, to), false).entrySet()) {
      if (next.getKey() > at) {
        consumer.accept(at, next.getKey());
      }
      at = Math.max(at, next.getValue());
    }
    if (at < to) {
      consumer.accept(at, to);
    }
  }

  /** Returns the number of separate ranges. */
  int count() {
    return ends.size();
  }
}
