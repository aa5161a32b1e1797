package io.mobula.ps.internal.row;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sketch of the most frequent keys or rows. It samples every 251st key into a fixed number of
 * counters. If a key has no counter and none is free, all counts decrease by one, and those that
 * reach zero become free (Misra and Gries, <em>Finding Repeated Elements</em>, 1982). For one
 * thread.
 */
public final class HotKeySketch {
  private static final int COUNTERS = 256;
  private static final int EVERY = 251; // prime: lists often have a power of two

  private final Map<Long, Long> counts = new HashMap<>();
  private long counted;
  private int skip;

  /** Adds a list of rows. */
  public void add(int[] rows) {
    int at = skip;
    for (; at < rows.length; at += EVERY) {
      count(rows[at]);
    }
    skip = at - rows.length;
  }

  /** Adds a list of keys. */
  public void add(long[] keys) {
    int at = skip;
    for (; at < keys.length; at += EVERY) {
      count(keys[at]);
    }
    skip = at - keys.length;
  }

  private void count(long key) {
    counted++;
    if (counts.containsKey(key) || counts.size() < COUNTERS) {
      counts.merge(key, 1L, Long::sum);
    } else {
      counts.replaceAll((other, count) -> count - 1);
      counts.values().removeIf(count -> count == 0);
    }
  }

  /**
   * Frequent key with its share.
   *
   * @param key the key or row
   * @param share estimated fraction of all keys
   */
  public record KeyShare(long key, double share) {}

  /**
   * Returns the most frequent keys, the most frequent first; keys sampled only once are left out.
   */
  public List<KeyShare> most(int limit) {
    var result = new ArrayList<KeyShare>();
    counts.forEach((key, count) -> {
      if (count > 1) {
        result.add(new KeyShare(key, (double) count / counted));
      }
    });
    result.sort(Comparator.comparingDouble(KeyShare::share).reversed());
    return result.subList(0, Math.min(limit, result.size()));
  }
}
