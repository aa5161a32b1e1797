package io.mobula.ps.internal.row;

import java.util.Arrays;

/**
 * Index from keys to rows, which are numbered from 0 in the order of their keys' arrival. Open
 * addressing with keys and rows side by side, so that a lookup touches one cache line, seldom two.
 * At most half full. For one thread.
 */
public final class RowIndex {
  private static final int FIRST = 1 << 10;
  private static final int MAX_CAPACITY = 1 << 29;

  private long[] slots = empty(FIRST); // key, then row or -1
  private int mask = FIRST - 1;
  private int rows;

  @SuppressWarnings("UnusedVariable") // so that the reads are not optimized away
  private long touched;

  private static long[] empty(int capacity) {
    var slots = new long[2 * capacity];
    Arrays.fill(slots, -1);
    return slots;
  }

  /** Returns the key's row, or -1. */
  public int find(long key) {
    int at = (int) KeyHash.mix(key) & mask;
    while (true) {
      int row = (int) slots[2 * at + 1];
      if (row < 0 || slots[2 * at] == key) {
        return row;
      }
      at = (at + 1) & mask;
    }
  }

  /** Returns the key's row; adds a row if the key has none. */
  public int findOrAdd(long key) {
    int at = (int) KeyHash.mix(key) & mask;
    while (true) {
      int row = (int) slots[2 * at + 1];
      if (row < 0) {
        if (rows >= mask / 2) {
          grow(); // before anything changes, as memory may run out
          return findOrAdd(key);
        }
        return add(at, key);
      }
      if (slots[2 * at] == key) {
        return row;
      }
      at = (at + 1) & mask;
    }
  }

  /** Prefetches the slots of keys by independent reads, so that their cache misses overlap. */
  public void prefetch(long[] keys, int from, int to) {
    long seen = 0;
    for (int i = from; i < to; i++) {
      seen += slots[2 * ((int) KeyHash.mix(keys[i]) & mask)];
    }
    touched = seen;
  }

  private int add(int at, long key) {
    int row = rows++;
    slots[2 * at] = key;
    slots[2 * at + 1] = row;
    return row;
  }

  /** Returns how many bytes have to be allocated before that many keys can be added. */
  public long growthOf(int more) {
    long wanted = (long) rows + more;
    long capacity = mask + 1L;
    while (wanted > (capacity - 1) / 2) {
      capacity *= 2;
    }
    return capacity == mask + 1L ? 0 : 2 * capacity * Long.BYTES;
  }

  private void grow() {
    int capacity = 2 * (mask + 1);
    if (capacity > MAX_CAPACITY) {
      throw new IllegalStateException("A shard has " + rows
          + " rows of a sparse table, the most there can be: use more shards.");
    }
    var old = slots;
    slots = empty(capacity);
    mask = capacity - 1;
    for (int i = 0; i < old.length; i += 2) {
      if (old[i + 1] >= 0) {
        int at = (int) KeyHash.mix(old[i]) & mask;
        while (slots[2 * at + 1] >= 0) {
          at = (at + 1) & mask;
        }
        slots[2 * at] = old[i];
        slots[2 * at + 1] = old[i + 1];
      }
    }
  }

  /** Removes all keys; keeps the allocated memory. */
  public void clear() {
    Arrays.fill(slots, -1);
    rows = 0;
  }

  /** Returns the keys in the order of their rows. */
  public long[] keys() {
    var keys = new long[rows];
    for (int i = 0; i < slots.length; i += 2) {
      if (slots[i + 1] >= 0) {
        keys[(int) slots[i + 1]] = slots[i];
      }
    }
    return keys;
  }

  /** Returns the number of rows. */
  public int size() {
    return rows;
  }
}
