package io.mobula.ps.internal.shard;

import io.mobula.ps.internal.row.RowIndex;
import io.mobula.ps.internal.row.RowKernel;
import io.mobula.ps.optimizer.Optimizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/**
 * Rows of a sparse table on one shard: which keys have one, the numbers of each, and the gradients
 * that wait for a step. For one thread.
 */
final class ShardRows {
  private final SparseSpec spec;
  private final TablePart part;
  private final int vectors;
  final RowIndex index = new RowIndex();
  final RowKernel kernel;
  final RowLookup lookup;
  final PendingRowSteps pendingSteps = new PendingRowSteps();

  /** Creates a part without rows. */
  ShardRows(SparseSpec spec, TablePart part, Optimizer optimizer) {
    this.spec = spec;
    this.part = part;
    this.vectors = 1 + optimizer.stateVectors();
    this.kernel = RowKernel.of(spec.numberType(), spec.width(), optimizer, spec.initial());
    this.lookup = new RowLookup(index, kernel);
  }

  /** Returns the number of vectors, weights and state. */
  int vectors() {
    return vectors;
  }

  /** Returns the size in bytes of a row's weights, or of its gradient. */
  int gradientBytes() {
    return spec.width() * spec.numberType().bytes();
  }

  /** Returns the size in bytes of a row with its state. */
  int rowBytes() {
    return gradientBytes() * vectors;
  }

  /** Returns whether a key belongs to this shard. */
  boolean isMine(long key) {
    return spec.shardOf(key, part.shards()) == part.index();
  }

  /**
   * Returns how many bytes of heap are needed.
   *
   * @param more number of new rows
   * @param pushed number of rows in a push that is applied; 0 for none
   */
  long growthOf(int more, int pushed) {
    return index.growthOf(more) + kernel.growthOf((long) index.size() + more, pushed);
  }

  /** Counts the keys that have no row. */
  int countUnknown(MemorySegment keys, long count) {
    return countUnknown(keys, count, false);
  }

  /** Counts the keys of this shard that have no row. */
  int countUnknownOfMine(MemorySegment keys, long count) {
    return countUnknown(keys, count, true);
  }

  private int countUnknown(MemorySegment keys, long count, boolean mine) {
    int unknown = 0;
    for (long i = 0; i < count; i++) {
      long key = keys.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
      if (index.find(key) < 0 && (!mine || isMine(key))) {
        unknown++;
      }
    }
    return unknown;
  }

  /**
   * Returns the rows of a selection, in order.
   *
   * @param keys the keys of all rows
   */
  int[] selected(SnapshotSelection selection, long[] keys) {
    return switch (selection) {
      case SnapshotSelection.All() -> IntStream.range(0, keys.length).toArray();
      case SnapshotSelection.ForPart(TablePart to) ->
        IntStream.range(0, keys.length)
            .filter(row -> spec.shardOf(keys[row], to.shards()) == to.index())
            .toArray();
    };
  }
}
