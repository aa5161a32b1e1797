package io.mobula.ps.internal.shard;

import io.mobula.ps.internal.row.RowIndex;
import io.mobula.ps.internal.row.RowKernel;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lookup of the rows that a push is for: by its keys, where new keys get a row, or by the hash of a
 * key list that was sent before. For one thread.
 */
final class RowLookup {
  /** Maximum number of remembered key lists; the least recently used is forgotten first. */
  private static final int LISTS = 64;

  /** Number of keys looked up at a time, so that their cache misses overlap. */
  private static final int AHEAD = 64;

  private final RowIndex index;
  private final RowKernel kernel;
  private final Map<Long, int[]> lists = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Long, int[]> eldest) {
      return size() > LISTS;
    }
  };

  /**
   * Creates a lookup over existing rows.
   *
   * @param kernel initializes new rows
   */
  RowLookup(RowIndex index, RowKernel kernel) {
    this.index = index;
    this.kernel = kernel;
  }

  /** Returns the rows of a push; null if it refers to a key list that is not known. */
  int @Nullable [] rowsOf(SparseFrame pushed) {
    if (!pushed.hasKeys()) {
      int[] known = lists.get(pushed.list());
      return known != null && known.length == pushed.count() ? known : null;
    }
    int[] rows = rowsOf(pushed.keys().toArray(ValueLayout.JAVA_LONG_UNALIGNED));
    if (pushed.list() != 0) {
      lists.put(pushed.list(), rows);
    }
    return rows;
  }

  /** Returns the rows of keys, in their order; adds rows for new keys. */
  int[] rowsOf(long[] keys) {
    var rows = new int[keys.length];
    for (int i = 0; i < rows.length; i++) {
      if (i % AHEAD == 0) {
        index.prefetch(keys, i, Math.min(i + AHEAD, keys.length));
      }
      rows[i] = rowOf(keys[i]);
    }
    return rows;
  }

  private int rowOf(long key) {
    int known = index.size();
    kernel.ensureRows(known + 1); // first, so that no key is ever without its numbers
    int row = index.findOrAdd(key);
    if (row == known) {
      kernel.initializeRow(row, key);
    }
    return row;
  }

  /** Forgets all key lists, so that workers have to send the keys again. */
  void forgetKeyLists() {
    lists.clear();
  }
}
