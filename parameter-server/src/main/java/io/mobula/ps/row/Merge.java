package io.mobula.ps.row;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The gradients of one update by row, each row once: those of the same row are summed. Used again
 * for each update. One thread.
 */
public final class Merge {
  private static final int AHEAD = 64;

  private final int width;
  private long[] placeOf = new long[0]; // of a row: the update it was in last, and where there
  private int[] rows = new int[1024];
  private float[] sums;
  private int stamp;

  @SuppressWarnings("UnusedVariable") // so that what is read is not optimized away
  private long touched;

  private int count;

  /** Of rows of that width. */
  public Merge(int width) {
    this.width = width;
    this.sums = new float[1024 * width];
  }

  /** Begins an update of rows below that number. */
  public void begin(int known) {
    if (known > placeOf.length) {
      placeOf = Arrays.copyOf(placeOf, Math.max(known, placeOf.length + (placeOf.length >> 1)));
    }
    count = 0;
    if (++stamp == Integer.MAX_VALUE) {
      Arrays.fill(placeOf, 0);
      stamp = 1;
    }
  }

  /** Adds the gradients of rows. */
  public void add(int[] which, MemorySegment numbers) {
    reserve(count + which.length);
    float[] gradients = numbers.toArray(JAVA_FLOAT_UNALIGNED);
    if (width == 1) {
      addSingles(which, gradients);
      return;
    }
    for (int i = 0; i < which.length; i++) {
      int at = placeFor(which[i]) * width;
      int from = i * width;
      for (int k = 0; k < width; k++) {
        sums[at + k] += gradients[from + k];
      }
    }
  }

  private void addSingles(int[] which, float[] gradients) {
    for (int from = 0; from < which.length; from += AHEAD) {
      int to = Math.min(from + AHEAD, which.length);
      touch(which, from, to);
      for (int i = from; i < to; i++) {
        sums[placeFor(which[i])] += gradients[i];
      }
    }
  }

  /** As {@link RowIndex#touch}. */
  private void touch(int[] which, int from, int to) {
    long seen = 0;
    for (int i = from; i < to; i++) {
      seen += placeOf[which[i]];
    }
    touched = seen;
  }

  private int placeFor(int row) {
    long place = placeOf[row];
    if (place >>> 32 == stamp) {
      return (int) place;
    }
    placeOf[row] = (long) stamp << 32 | count;
    rows[count] = row;
    if (width == 1) {
      sums[count] = 0;
    } else {
      Arrays.fill(sums, count * width, (count + 1) * width, 0);
    }
    return count++;
  }

  private void reserve(int most) {
    if (most > rows.length) {
      int room = Math.max(most, rows.length + (rows.length >> 1));
      rows = Arrays.copyOf(rows, room);
      sums = Arrays.copyOf(sums, Math.multiplyExact(room, width));
    }
  }

  /** How many rows have a sum. */
  public int count() {
    return count;
  }

  /** Where the sum of a row is that was added. */
  public int placeOf(int row) {
    return (int) placeOf[row];
  }

  /** The row of each sum. */
  public int[] rows() {
    return rows;
  }

  /** The sums, row by row in the order of {@link #rows}. */
  public float[] sums() {
    return sums;
  }
}
