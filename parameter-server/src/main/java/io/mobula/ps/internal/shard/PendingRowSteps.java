package io.mobula.ps.internal.shard;

import io.mobula.ps.internal.row.RowKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Gradients of rows that wait for their steps to be applied, in the order of the steps. They are
 * copies, so that the pushes that brought them are acknowledged. For one thread.
 */
final class PendingRowSteps {
  private final TreeMap<Long, List<PendingRows>> steps = new TreeMap<>();

  /** Gradients of some rows, of one push. */
  private static final class PendingRows {
    private final int rank;
    private final int[] rows;
    private final MemorySegment numbers;

    PendingRows(int rank, int[] rows, MemorySegment numbers) {
      this.rank = rank;
      this.rows = rows;
      this.numbers = numbers;
    }
  }

  /**
   * Adds a copy of the gradients of some rows.
   *
   * @param rank rank of the worker that they are from; -1 for all workers
   */
  void add(long step, int rank, int[] rows, MemorySegment gradients) {
    var copy = MemorySegment.ofArray(gradients.toArray(ValueLayout.JAVA_BYTE));
    steps.computeIfAbsent(step, absent -> new ArrayList<>()).add(new PendingRows(rank, rows, copy));
  }

  /** Returns whether a step before {@code step} waits. */
  boolean hasBefore(long step) {
    return !steps.isEmpty() && steps.firstKey() < step;
  }

  /** Returns the first step that waits. */
  long first() {
    return steps.firstKey();
  }

  /** Removes a step, once it is applied. */
  void remove(long step) {
    steps.remove(step);
  }

  /**
   * Begins an update of a kernel with the sums of a step's gradients, in the order of the workers'
   * ranks.
   *
   * @param known number of rows that the kernel has
   */
  void sumInto(RowKernel kernel, int known, long step) {
    kernel.beginUpdate(known);
    Objects.requireNonNull(steps.get(step)).stream()
        .sorted(Comparator.comparingInt(pending -> pending.rank))
        .forEach(pending -> kernel.add(pending.rows, pending.numbers));
  }

  /** Returns, by step, which of the given rows have gradients, in ascending order. */
  Map<Long, int[]> among(int[] rows) {
    var wanted = new BitSet();
    for (int row : rows) {
      wanted.set(row);
    }
    var result = new TreeMap<Long, int[]>();
    steps.forEach((step, pushed) -> result.put(
        step,
        pushed.stream()
            .flatMapToInt(pending -> Arrays.stream(pending.rows))
            .filter(wanted::get)
            .sorted()
            .distinct()
            .toArray()));
    return result;
  }
}
