package io.mobula.internal.transfer;

import java.util.Map;
import java.util.TreeMap;

/**
 * A set of bytes as disjoint ranges, those that touch joined. Not safe for threads. What arrives in
 * order takes one entry, so adding is cheap where it matters.
 */
final class ByteRangeSet {
  /** What is done with one range. */
  interface RangeConsumer {
    void accept(long from, long to);
  }

  private final TreeMap<Long, Long> ends = new TreeMap<>();
  private long covered;

  /** Adds the bytes from {@code from} up to but without {@code to}; how many of them are new. */
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

  /** How many bytes are in the set. */
  long covered() {
    return covered;
  }

  /** Tells the parts of a range that are not in the set, in order. */
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

  /** How many separate ranges there are. */
  int count() {
    return ends.size();
  }
}
