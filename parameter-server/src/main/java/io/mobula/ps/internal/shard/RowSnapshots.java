package io.mobula.ps.internal.shard;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;

/** Numbers of a shard's rows in a {@link ShardSnapshot}, written and read. For one thread. */
final class RowSnapshots {
  private final ShardRows rows;

  RowSnapshots(ShardRows rows) {
    this.rows = rows;
  }

  // ---- writing

  /**
   * Describes the gradients that wait.
   *
   * @param pending by step, the rows that have gradients
   */
  static List<ShardSnapshot.PendingStep> describe(Map<Long, int[]> pending) {
    return pending.entrySet().stream()
        .map(step -> new ShardSnapshot.PendingStep(step.getKey(), -1, step.getValue().length))
        .toList();
  }

  /**
   * Writes keys, then rows, then keys and sums of gradients for each step that waits.
   *
   * @param keys the keys of all rows
   * @param selected the rows to write
   * @param pending by step, the rows to write that have gradients
   */
  void write(SnapshotOutput output, long[] keys, int[] selected, Map<Long, int[]> pending) {
    var kernel = rows.kernel;
    int rowBytes = rows.rowBytes();
    int sumBytes = rows.gradientBytes();
    writeKeys(output, keys, selected);
    SnapshotOutput.forPieces(
        selected.length,
        rowBytes,
        (from, count) -> output.put(
            (long) count * rowBytes, memory -> kernel.copyRows(selected, from, count, memory)));
    pending.forEach((step, some) -> {
      writeKeys(output, keys, some);
      rows.pendingSteps.sumInto(kernel, rows.index.size(), step);
      SnapshotOutput.forPieces(
          some.length,
          sumBytes,
          (from, count) -> output.put(
              (long) count * sumBytes, memory -> kernel.copySums(some, from, count, memory)));
    });
  }

  private static void writeKeys(SnapshotOutput output, long[] keys, int[] some) {
    SnapshotOutput.forPieces(
        some.length,
        Long.BYTES,
        (from, count) -> output.put((long) count * Long.BYTES, memory -> {
          for (int i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, keys[some[from + i]]);
          }
        }));
  }

  // ---- reading

  /** Returns the keys in a snapshot. */
  static MemorySegment keysOf(ShardSnapshot snapshot) {
    return snapshot.numbers().asSlice(0, snapshot.header().count() * Long.BYTES);
  }

  /** Takes over the rows of a snapshot whose keys belong to this shard. */
  void adoptRows(ShardSnapshot snapshot) {
    var keys = keysOf(snapshot);
    var numbers = numbersOf(snapshot);
    for (int i = 0; i < snapshot.header().count(); i++) {
      long key = keys.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
      if (rows.isMine(key)) {
        rows.kernel.ensureRows(rows.index.size() + 1);
        int row = rows.index.findOrAdd(key);
        rows.kernel.set(row, numbers, (long) i * rows.rowBytes());
      }
    }
  }

  private MemorySegment numbersOf(ShardSnapshot snapshot) {
    long count = snapshot.header().count();
    return snapshot.numbers().asSlice(count * Long.BYTES, count * rows.rowBytes());
  }

  /** Takes over the gradients that wait. */
  void adoptPending(ShardSnapshot snapshot) {
    long count = snapshot.header().count();
    long at = count * (Long.BYTES + rows.rowBytes());
    for (var step : snapshot.header().pendingSteps()) {
      var keys = snapshot.numbers().asSlice(at, step.count() * Long.BYTES);
      at += keys.byteSize();
      var sums = snapshot.numbers().asSlice(at, step.count() * rows.gradientBytes());
      at += sums.byteSize();
      int[] pushed = rows.lookup.rowsOf(keys.toArray(ValueLayout.JAVA_LONG_UNALIGNED));
      rows.pendingSteps.add(step.step(), -1, pushed, sums);
    }
  }
}
