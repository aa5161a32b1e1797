package io.mobula.ps;

import io.mobula.ps.row.HotKeys;
import io.mobula.ps.row.RowIndex;
import java.util.Arrays;

/**
 * A worker's copies of the rows that are pushed most, and the sums of its gradients for them. Also
 * sums what comes twice in one push. For one thread.
 */
final class HotRows {
  /** How many pushes are summed at most before they are sent. */
  private static final int MOST_PUSHES = 64;

  private static final int CLOCKS_BETWEEN_CHOICES = 64;

  private final int width;
  private final int most;
  private final HotKeys seen = new HotKeys();
  private final RowIndex unique = new RowIndex();
  private RowIndex hot = new RowIndex();
  private float[] rows = new float[0];
  private boolean[] known = new boolean[0];
  private float[] sums = new float[0];
  private boolean[] pushed = new boolean[0];
  private int pushes;
  private int clocks;

  /**
   * None is hot yet.
   *
   * @param most how many are to be
   */
  HotRows(int width, int most) {
    this.width = width;
    this.most = most;
  }

  /**
   * Keys and their gradients.
   *
   * @param list each once
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, and nobody else's
  record Gradients(long[] list, float[] numbers) {}

  /** From now on other keys are hot; there is nothing that was not {@linkplain #take sent}. */
  private void choose() {
    hot = new RowIndex();
    seen.most(most).forEach(key -> hot.findOrAdd(key.key()));
    int count = hot.size();
    rows = new float[count * width];
    known = new boolean[count];
    sums = new float[count * width];
    pushed = new boolean[count];
  }

  // ---- push

  /** Keeps the gradients of hot keys, and gives the others, each key once. */
  Gradients keep(long[] keys, float[] gradients) {
    seen.add(keys);
    unique.clear();
    var others = new float[gradients.length];
    for (int i = 0; i < keys.length; i++) {
      int at = hot.size() == 0 ? -1 : hot.find(keys[i]);
      if (at >= 0) {
        pushed[at] = true;
        add(gradients, i * width, sums, at * width);
      } else {
        add(gradients, i * width, others, unique.findOrAdd(keys[i]) * width);
      }
    }
    pushes++;
    return new Gradients(unique.keys(), Arrays.copyOf(others, unique.size() * width));
  }

  private void add(float[] from, int at, float[] into, int there) {
    for (int i = 0; i < width; i++) {
      into[there + i] += from[at + i];
    }
  }

  boolean isFull() {
    return pushes >= MOST_PUSHES;
  }

  /** The sums that were kept, to be sent now. */
  Gradients take() {
    var keys = hot.keys();
    var list = new long[keys.length];
    var numbers = new float[sums.length];
    int count = 0;
    for (int i = 0; i < keys.length; i++) {
      if (pushed[i]) {
        list[count] = keys[i];
        System.arraycopy(sums, i * width, numbers, count * width, width);
        count++;
      }
    }
    Arrays.fill(sums, 0);
    Arrays.fill(pushed, false);
    pushes = 0;
    return new Gradients(Arrays.copyOf(list, count), Arrays.copyOf(numbers, count * width));
  }

  // ---- pull

  /** Which of the keys have to be asked for. */
  long[] missing(long[] keys) {
    return Arrays.stream(keys).filter(key -> !has(key)).toArray();
  }

  private boolean has(long key) {
    int at = hot.find(key);
    return at >= 0 && known[at];
  }

  /** The rows of all keys, of which the missing ones have been asked for. */
  float[] filled(long[] keys, float[] asked) {
    var result = new float[keys.length * width];
    int next = 0;
    for (int i = 0; i < keys.length; i++) {
      int at = hot.find(keys[i]);
      if (at >= 0 && known[at]) {
        System.arraycopy(rows, at * width, result, i * width, width);
      } else {
        System.arraycopy(asked, next * width, result, i * width, width);
        next++;
      }
    }
    remember(keys, result);
    return result;
  }

  private void remember(long[] keys, float[] all) {
    for (int i = 0; i < keys.length; i++) {
      int at = hot.find(keys[i]);
      if (at >= 0) {
        known[at] = true;
        System.arraycopy(all, i * width, rows, at * width, width);
      }
    }
  }

  /** A step is over, and all is sent: copies of rows are old. Now and then other keys are hot. */
  void clock() {
    Arrays.fill(known, false);
    if (clocks++ % CLOCKS_BETWEEN_CHOICES == 0) {
      choose();
    }
  }
}
