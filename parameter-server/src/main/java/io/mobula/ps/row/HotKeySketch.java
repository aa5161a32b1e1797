package io.mobula.ps.row;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which keys, or rows, come most often, about: every so many is counted, in as many counters as
 * there is room for; where a key would need one more, all counts go down by one and those at zero
 * are free again (Misra and Gries, <em>Finding Repeated Elements</em>, 1982). One thread.
 */
public final class HotKeySketch {
  private static final int COUNTERS = 256;
  private static final int EVERY = 251; // no power of two, as lists often are

  private final Map<Long, Long> counts = new HashMap<>();
  private long counted;
  private int skip;

  /** These rows came. */
  public void add(int[] rows) {
    int at = skip;
    for (; at < rows.length; at += EVERY) {
      count(rows[at]);
    }
    skip = at - rows.length;
  }

  /** These keys came. */
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
   * A key that came often.
   *
   * @param key which
   * @param share of all that came, about
   */
  public record KeyShare(long key, double share) {}

  /** Those that came most, the most first; those that came but once are left out. */
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
