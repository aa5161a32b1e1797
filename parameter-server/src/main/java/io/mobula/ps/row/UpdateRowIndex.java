package io.mobula.ps.row;

import java.util.Arrays;

/**
 * Which rows are in an update, each once, and where: they are counted in the order in which they
 * came. Used again for each update. One thread.
 */
final class UpdateRowIndex {
  private static final int FIRST = 1024;

  private long[] placeOf = new long[0]; // of a row: the update it was in last, and where there
  private int[] rows = new int[FIRST];
  private int stamp;

  @SuppressWarnings("UnusedVariable") // so that what is read is not optimized away
  private long touched;

  private int count;

  /** How many bytes an update of rows below that number has to allocate. */
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

  /** As {@link RowIndex#prefetch}. */
  void prefetch(int[] which, int from, int to) {
    long seen = 0;
    for (int i = from; i < to; i++) {
      seen += placeOf[which[i]];
    }
    touched = seen;
  }

  /** Where a row is, which may be in this update already. */
  int add(int row) {
    long place = placeOf[row];
    if (place >>> 32 == stamp) {
      return (int) place;
    }
    placeOf[row] = (long) stamp << 32 | count;
    rows[count] = row;
    return count++;
  }

  /** Has room for so many rows more, and says for how many in all. */
  int reserve(int more) {
    int wanted = count + more;
    if (wanted > rows.length) {
      rows = Arrays.copyOf(rows, Math.max(wanted, rows.length + (rows.length >> 1)));
    }
    return rows.length;
  }

  /** How many rows there are. */
  int count() {
    return count;
  }

  /** Where a row is that was added. */
  int positionOf(int row) {
    return (int) placeOf[row];
  }

  /** The rows, in their order. */
  int[] rows() {
    return rows;
  }
}
