package io.mobula.ps;

import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.row.HotKeySketch;
import io.mobula.ps.internal.row.RowIndex;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Cache of a worker for the most frequently pushed rows: copies of the rows, and sums of the
 * worker's gradients for them. It also sums gradients of a key that occurs twice in one push. For
 * one thread.
 */
final class HotRowCache {
  /** Maximum number of pushes that are summed before they are sent. */
  private static final int MAX_PUSHES = 64;

  private static final int CLOCKS_BETWEEN_CHOICES = 64;

  private final NumberType numberType;
  private final int width;
  private final int max;
  private final HotKeySketch seen = new HotKeySketch();
  private final RowIndex unique = new RowIndex();
  private RowIndex hot = new RowIndex();
  private NumberArray rows;
  private boolean[] known = new boolean[0];
  private NumberArray sums;
  private boolean[] pushed = new boolean[0];
  private int pushes;
  private int clocks;

  /**
   * Creates a cache without hot keys.
   *
   * @param max how many keys are to be hot
   */
  HotRowCache(NumberType numberType, int width, int max) {
    this.numberType = numberType;
    this.rows = NumberArray.zeros(numberType, 0);
    this.sums = NumberArray.zeros(numberType, 0);
    this.width = width;
    this.max = max;
  }

  /** Selects the hot keys anew. All sums must have been {@linkplain #take taken} before. */
  private void choose() {
    hot = new RowIndex();
    seen.most(max).forEach(key -> hot.findOrAdd(key.key()));
    int count = hot.size();
    rows = NumberArray.zeros(numberType, count * width);
    known = new boolean[count];
    sums = NumberArray.zeros(numberType, count * width);
    pushed = new boolean[count];
  }

  // ---- push

  /** Accumulates the gradients of hot keys, and returns the others, each key once. */
  RowGradients accumulate(RowGradients more) {
    long[] keys = more.keys();
    seen.add(keys);
    unique.clear();
    var others = NumberArray.zeros(numberType, more.numbers().length());
    for (int i = 0; i < keys.length; i++) {
      int at = hot.size() == 0 ? -1 : hot.find(keys[i]);
      if (at >= 0) {
        pushed[at] = true;
        more.numbers().add(i * width, sums, at * width, width);
      } else {
        int place = unique.findOrAdd(keys[i]);
        more.numbers().add(i * width, others, place * width, width);
      }
    }
    pushes++;
    return new RowGradients(unique.keys(), others.resized(unique.size() * width));
  }

  /** Returns whether any of the keys is hot. */
  boolean containsAny(long[] keys) {
    return hot.size() > 0 && Arrays.stream(keys).anyMatch(key -> hot.find(key) >= 0);
  }

  boolean isFull() {
    return pushes >= MAX_PUSHES;
  }

  /** Returns the accumulated sums, to be sent now, and clears them. */
  RowGradients take() {
    var keys = hot.keys();
    var list = new long[keys.length];
    var numbers = NumberArray.zeros(numberType, sums.length());
    int count = 0;
    for (int i = 0; i < keys.length; i++) {
      if (pushed[i]) {
        list[count] = keys[i];
        sums.copy(i * width, numbers, count * width, width);
        count++;
      }
    }
    sums.clear();
    Arrays.fill(pushed, false);
    pushes = 0;
    return new RowGradients(Arrays.copyOf(list, count), numbers.resized(count * width));
  }

  // ---- pull

  /** Request of a worker for rows, some of which are cached; the others have to be pulled. */
  final class RowRequest {
    private final long[] keys;
    private final NumberArray result;
    private final long[] missing;
    private final int[] places; // indices of the missing keys
    private final int clock = clocks;

    private RowRequest(long[] keys) {
      this.keys = keys;
      this.result = NumberArray.zeros(numberType, Math.multiplyExact(keys.length, width));
      this.places = IntStream.range(0, keys.length).filter(i -> !fill(i)).toArray();
      this.missing = Arrays.stream(places).mapToLong(i -> keys[i]).toArray();
    }

    private boolean fill(int i) {
      int at = hot.find(keys[i]);
      boolean is = at >= 0 && known[at];
      if (is) {
        rows.copy(at * width, result, i * width, width);
      }
      return is;
    }

    long[] missing() {
      return missing;
    }

    /** Returns all requested rows, given the missing ones. Rows of the current step are cached. */
    NumberArray filled(NumberArray asked) {
      asked.scatter(places, width, result);
      if (clock == clocks) {
        remember(keys, result);
      }
      return result;
    }
  }

  RowRequest request(long[] keys) {
    return new RowRequest(keys);
  }

  private void remember(long[] keys, NumberArray all) {
    for (int i = 0; i < keys.length; i++) {
      int at = hot.find(keys[i]);
      if (at >= 0) {
        known[at] = true;
        all.copy(i * width, rows, at * width, width);
      }
    }
  }

  /**
   * Ends a step, after all sums were sent: invalidates the cached rows, and selects hot keys anew
   * once in {@value #CLOCKS_BETWEEN_CHOICES} steps.
   */
  void clock() {
    Arrays.fill(known, false);
    if (clocks++ % CLOCKS_BETWEEN_CHOICES == 0) {
      choose();
    }
  }
}
