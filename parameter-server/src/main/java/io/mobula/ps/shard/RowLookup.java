package io.mobula.ps.shard;

import io.mobula.ps.row.RowIndex;
import io.mobula.ps.row.RowKernel;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which rows gradients are for: by their keys, where new ones get a row, or by the name of a list
 * of keys that came before. One thread.
 */
final class RowLookup {
  /** How many lists of keys of workers are remembered; the longest unused goes first. */
  private static final int LISTS = 64;

  /** How many keys are looked for at a time, so that memory answers for several at once. */
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
   * Over rows that are there.
   *
   * @param kernel begins those that are not
   */
  RowLookup(RowIndex index, RowKernel kernel) {
    this.index = index;
    this.kernel = kernel;
  }

  /** The rows; null if only a list's name came, and it is not known. */
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

  /** The rows of keys, in their order. */
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
    kernel.ensureRows(known + 1); // first, so that a key is never without its numbers
    int row = index.findOrAdd(key);
    if (row == known) {
      kernel.initializeRow(row, key);
    }
    return row;
  }

  /** Lists are to come with their keys again. */
  void forgetKeyLists() {
    lists.clear();
  }
}
