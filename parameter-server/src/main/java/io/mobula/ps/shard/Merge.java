package io.mobula.ps.shard;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The gradients of one update by row, each row once: those of the same row are summed. Used again
 * for each update. One thread.
 */
final class Merge {
  private final int width;
  private int[] placeOf = new int[0]; // of a row, in this update if the stamp is its own
  private int[] stampOf = new int[0];
  private int[] rows = new int[1024];
  private float[] sums;
  private int stamp;
  private int count;

  Merge(int width) {
    this.width = width;
    this.sums = new float[1024 * width];
  }

  /** Begins an update of rows below that number. */
  void begin(int known) {
    if (known > placeOf.length) {
      int room = Math.max(known, placeOf.length + (placeOf.length >> 1));
      placeOf = Arrays.copyOf(placeOf, room);
      stampOf = Arrays.copyOf(stampOf, room);
    }
    count = 0;
    if (++stamp == Integer.MAX_VALUE) {
      Arrays.fill(stampOf, 0);
      stamp = 1;
    }
  }

  /** Adds the gradients of rows. */
  void add(int[] which, MemorySegment numbers) {
    reserve(count + which.length);
    if (width == 1) {
      addSingles(which, numbers);
      return;
    }
    for (int i = 0; i < which.length; i++) {
      int at = placeFor(which[i]) * width;
      long from = (long) i * width;
      for (int k = 0; k < width; k++) {
        sums[at + k] += numbers.getAtIndex(JAVA_FLOAT_UNALIGNED, from + k);
      }
    }
  }

  private void addSingles(int[] which, MemorySegment numbers) {
    for (int i = 0; i < which.length; i++) {
      sums[placeFor(which[i])] += numbers.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
    }
  }

  private int placeFor(int row) {
    if (stampOf[row] == stamp) {
      return placeOf[row];
    }
    stampOf[row] = stamp;
    placeOf[row] = count;
    rows[count] = row;
    Arrays.fill(sums, count * width, (count + 1) * width, 0);
    return count++;
  }

  private void reserve(int most) {
    if (most > rows.length) {
      int room = Math.max(most, rows.length + (rows.length >> 1));
      rows = Arrays.copyOf(rows, room);
      sums = Arrays.copyOf(sums, Math.multiplyExact(room, width));
    }
  }

  int count() {
    return count;
  }

  int row(int place) {
    return rows[place];
  }

  float[] sums() {
    return sums;
  }
}
