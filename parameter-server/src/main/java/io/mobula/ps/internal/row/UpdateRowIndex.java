package io.mobula.ps.internal.row;

import java.util.Arrays;

/**
 * Index of the rows in one update, each once, in the order of their arrival. Reused for each
 * update. For one thread.
 */
final class UpdateRowIndex {
  private static final int FIRST = 1024;

  private long[] placeOf = new long[0]; // by row: its last update, and its position in it
  private int[] rows = new int[FIRST];
  private int stamp;

  @SuppressWarnings("UnusedVariable") // so that the reads are not optimized away
  private long touched;

  private int count;

  /** Returns how many bytes an update of rows below that number has to allocate. */
  long growthOf(long known) {
    return known > placeOf.length
        ? Math.max(known, placeOf.length + (placeOf.length >> 1)) * Long.BYTES
        : 0;
  }

  /** Begins an update of rows below that number. */
  void begin(int known) {
    if (known > placeOf.length) {
      placeOf = Arrays.copyOf(placeOf, Math.max(known, placeOf.length + (placeOf.length >> 1)));
    }
    count = 0;
    if (++stamp == Integer.MAX_VALUE) {
      Arrays.fill(placeOf, 0);
      stamp = 1;
    }
  }

  /** Prefetches the entries of rows by independent reads; see {@link RowIndex#prefetch}. */
  void prefetch(int[] which, int from, int to) {
    long seen = 0;
    for (int i = from; i < to; i++) {
      seen += placeOf[which[i]];
    }
    touched = seen;
  }

  /** Returns the position of a row; adds the row if this update does not have it yet. */
  int add(int row) {
    long place = placeOf[row];
    if (place >>> 32 == stamp) {
      return (int) place;
    }
    placeOf[row] = (long) stamp << 32 | count;
    rows[count] = row;
    return count++;
  }

  /** Reserves space for that many more rows; returns the capacity in rows. */
  int reserve(int more) {
    int wanted = count + more;
    if (wanted > rows.length) {
      rows = Arrays.copyOf(rows, Math.max(wanted, rows.length + (rows.length >> 1)));
    }
    return rows.length;
  }

  /** Returns the number of rows in the update. */
  int count() {
    return count;
  }

  /** Returns the position of a row that was added. */
  int positionOf(int row) {
    return (int) placeOf[row];
  }

  /** Returns the rows in the order of their positions. */
  int[] rows() {
    return rows;
  }
}
