package io.mobula.ps.internal.shard;

import io.mobula.ps.error.GradientException;
import io.mobula.ps.internal.heap.HeapAdmission;
import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.row.HotKeySketch;
import io.mobula.ps.internal.row.RowIndex;
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
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One shard's rows of a sparse table. A row is created when its key is first pushed; a pull before
 * that returns the row's initial values.
 *
 * <p>The gradients of a key in one push are summed. A push is applied in batches: the weights and
 * state of some rows are gathered into arrays, updated in one loop, and scattered back. For one
 * thread.
 */
final class SparseShard extends TableShard {
  private final SparseSpec spec;
  private final RowIndex index = new RowIndex();
  private final GuardedOptimizer optimizer;
  private final RowKernel kernel;
  private final RowLookup lookup;
  private final HotKeySketch hot = new HotKeySketch();
  private final TreeMap<Long, List<PendingRows>> pendingSteps = new TreeMap<>();
  private long updates;

  /** Gradients of rows that wait for their step to be applied. */
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

  SparseShard(SparseSpec spec, TablePart part, HeapAdmission heap) {
    super(spec.toString(), spec.consistency(), part, heap);
    this.spec = spec;
    this.optimizer = GuardedOptimizer.of(spec);
    this.kernel = RowKernel.of(spec.numberType(), spec.width(), optimizer, spec.initial());
    this.lookup = new RowLookup(index, kernel);
  }

  // ---- push

  /**
   * Applies gradients, or keeps them until their step ends; the result is false if the shard does
   * not know the key list.
   */
  CompletableFuture<Boolean> push(SparseFrame pushed) {
    requireFits(pushed);
    boolean taken = wasTaken(pushed.origin()) || takeIn(pushed) != null;
    return CompletableFuture.completedFuture(taken);
  }

  private void requireFits(SparseFrame pushed) {
    if (pushed.width() != spec.width()
        || pushed.numberBytes() != spec.numberType().bytes()) {
      throw new GradientException("Got rows of " + pushed.width() + " numbers of "
          + pushed.numberBytes() + " bytes for " + spec + ".");
    }
  }

  /**
   * Applies or keeps gradients and returns their rows; returns null, without any effect, if the key
   * list is not known.
   */
  private int @Nullable [] takeIn(SparseFrame pushed) {
    long began = System.nanoTime();
    var origin = pushed.origin();
    requireApplied(origin);
    admit(pushed);
    int[] rows = lookup.rowsOf(pushed);
    if (rows == null) {
      return null;
    }
    if (gate.isBulk()) {
      pendingStep(Math.max(origin.endedSteps(), gate.applied()))
          .add(new PendingRows(
              gate.workers().rank(origin.worker()), rows, copied(pushed.numbers())));
    } else {
      kernel.beginUpdate(index.size());
      kernel.add(rows, pushed.numbers());
      apply(1);
    }
    recordPush(origin); // once nothing can fail any more
    counters.recordPush(pushed.memory().byteSize());
    counters.keys(rows.length);
    hot.add(rows);
    counters.recordUpdate(System.nanoTime() - began);
    return rows;
  }

  /** Refuses a push that needs more heap than there is, before anything is changed. */
  private void admit(SparseFrame pushed) {
    int count = pushed.count();
    long max = growthOf(pushed.hasKeys() ? count : 0, count);
    if (max > 0 && !heap.fits(max)) { // its keys may have rows already
      int unknown = pushed.hasKeys() ? unknown(pushed.keys(), count, false) : 0;
      long bytes = growthOf(unknown, count);
      if (bytes > 0) {
        heap.requireQuickly(describe("a push of " + count + " rows to"), bytes);
      }
    }
  }

  private long growthOf(int more, int pushed) {
    return index.growthOf(more) + kernel.growthOf((long) index.size() + more, pushed);
  }

  /** Counts the keys that have no row, among all keys or among this shard's. */
  private int unknown(MemorySegment keys, long count, boolean mine) {
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
   * Applies a push, ends its worker's step and pulls the same rows; the result is null, without any
   * effect, if the shard does not know the key list.
   */
  CompletableFuture<@Nullable NumberArray> exchange(SparseFrame pushed, long steps) {
    requireFits(pushed);
    var origin = pushed.origin();
    boolean again = wasTaken(origin);
    int[] rows = again ? lookup.rowsOf(pushed) : takeIn(pushed);
    if (rows == null) {
      if (again) { // the worker pulls the rows itself
        throw new ParametersMovedException(gate.table(), origin.layout(), part.layout(), true);
      }
      return CompletableFuture.completedFuture(null);
    }
    requirePresent(origin.layout(), true);
    clock(origin.worker(), origin.layout(), steps);
    return gate.<@Nullable NumberArray>read(origin.worker(), () -> read(kernel.weights(rows)));
  }

  private static MemorySegment copied(MemorySegment numbers) {
    return MemorySegment.ofArray(numbers.toArray(ValueLayout.JAVA_BYTE));
  }

  private List<PendingRows> pendingStep(long step) {
    return pendingSteps.computeIfAbsent(step, absent -> new ArrayList<>());
  }

  private void apply(double factor) {
    long number = updates + 1;
    var step = optimizer.step(number);
    if (optimizer.isOwn()) {
      kernel.update(step, factor);
    } else {
      kernel.updateOrRestore(step, factor);
    }
    updates = number;
  }

  @Override
  void finishBefore(long step) {
    while (!pendingSteps.isEmpty() && pendingSteps.firstKey() < step) {
      long began = System.nanoTime();
      var first = pendingSteps.firstEntry();
      merge(first.getValue());
      apply(1.0 / Math.max(1, gate.workers().participants(first.getKey())));
      // only now, so that a step that cannot be applied is tried again
      pendingSteps.remove(first.getKey());
      counters.recordUpdate(System.nanoTime() - began);
    }
  }

  @Override
  long firstPendingStep() {
    return pendingSteps.firstKey();
  }

  /** Does nothing, as no push waits: its gradients are copied. */
  @Override
  void refuseBefore(long step, Supplier<RuntimeException> why) {}

  /** Sums the gradients of a step, in the order of the workers' ranks. */
  private void merge(List<PendingRows> round) {
    kernel.beginUpdate(index.size());
    round.stream()
        .sorted(Comparator.comparingInt(pendingRows -> pendingRows.rank))
        .forEach(kept -> kernel.add(kept.rows, kept.numbers));
  }

  // ---- pull

  /**
   * Returns a future with the rows of the keys, in their order; it completes when the worker may
   * read.
   */
  CompletableFuture<NumberArray> pull(long worker, int layout, long steps, long[] keys) {
    admitRead(worker, layout, steps);
    long bytes = (long) keys.length * sumBytes();
    return gate.read(
        worker, () -> read(allocateBriefly("rows of", bytes, () -> kernel.weights(index, keys))));
  }

  private NumberArray read(NumberArray rows) {
    counters.recordPull(rows.memory().byteSize());
    return rows;
  }

  // ---- snapshots

  /** Does nothing, as kept gradients are copies already. */
  @Override
  void releaseGradients() {}

  @Override
  void forgetKeyLists() {
    lookup.forgetKeyLists();
  }

  @Override
  TableSpec spec() {
    return spec;
  }

  @Override
  long firstItem() {
    return 0;
  }

  @Override
  long endItem() {
    return index.size();
  }

  @Override
  boolean wants(long from, long to) {
    return true;
  }

  /** Returns the rows that a snapshot contains, in order. */
  private int[] rows(SnapshotSelection selection, long[] keys) {
    return switch (selection) {
      case SnapshotSelection.All() -> IntStream.range(0, keys.length).toArray();
      case SnapshotSelection.ForPart(TablePart to) ->
        IntStream.range(0, keys.length)
            .filter(row -> spec.shardOf(keys[row], to.shards()) == to.index())
            .toArray();
    };
  }

  /** Returns, by pending step, which of the given rows have gradients. */
  private Map<Long, int[]> pendingRows(int[] rows) {
    var wanted = new BitSet();
    for (int row : rows) {
      wanted.set(row);
    }
    var result = new TreeMap<Long, int[]>();
    pendingSteps.forEach((step, round) -> result.put(
        step,
        round.stream()
            .flatMapToInt(pendingRows -> Arrays.stream(pendingRows.rows))
            .filter(wanted::get)
            .sorted()
            .distinct()
            .toArray()));
    return result;
  }

  @Override
  ShardSnapshot.Header header(SnapshotSelection selection) {
    int[] rows = rows(selection, index.keys());
    return header(rows, pendingRows(rows));
  }

  private ShardSnapshot.Header header(int[] rows, Map<Long, int[]> kept) {
    var pendingStep = new ArrayList<ShardSnapshot.PendingStep>();
    kept.forEach(
        (step, some) -> pendingStep.add(new ShardSnapshot.PendingStep(step, -1, some.length)));
    return new ShardSnapshot.Header(
        spec.numberType(),
        spec.width(),
        1 + optimizer.stateVectors(),
        0,
        rows.length,
        updates,
        part.layout(),
        gate.applied(),
        workers().slowest(),
        workers().clocks(),
        previousSequences(),
        pendingStep);
  }

  @Override
  long sizeOf(SnapshotSelection selection) {
    return ShardSnapshot.sizeOf(header(selection), true);
  }

  @Override
  void write(SnapshotSelection selection, SnapshotOutput output) {
    long[] keys = index.keys();
    int[] rows = rows(selection, keys);
    var kept = pendingRows(rows);
    var bytes = ShardSnapshot.headerBytes(header(rows, kept));
    output.put(bytes.length, memory -> memory.copyFrom(MemorySegment.ofArray(bytes)));
    writeKeys(output, keys, rows);
    pieces(
        rows.length,
        SnapshotOutput.WINDOW / rowBytes(),
        (from, count) -> output.put(
            (long) count * rowBytes(), memory -> kernel.copyRows(rows, from, count, memory)));
    kept.forEach((step, some) -> {
      writeKeys(output, keys, some);
      merge(Objects.requireNonNull(pendingSteps.get(step)));
      pieces(
          some.length,
          SnapshotOutput.WINDOW / sumBytes(),
          (from, count) -> output.put(
              (long) count * sumBytes(), memory -> kernel.copySums(some, from, count, memory)));
    });
  }

  private int sumBytes() {
    return spec.width() * spec.numberType().bytes();
  }

  private int rowBytes() {
    return sumBytes() * (1 + optimizer.stateVectors());
  }

  private static void writeKeys(SnapshotOutput output, long[] keys, int[] rows) {
    pieces(
        rows.length,
        SnapshotOutput.WINDOW / Long.BYTES,
        (from, count) -> output.put((long) count * Long.BYTES, memory -> {
          for (int i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, keys[rows[from + i]]);
          }
        }));
  }

  private interface PieceWriter {
    void at(int from, int count);
  }

  private static void pieces(int all, int max, PieceWriter pieceWriter) {
    for (int at = 0; at < all; at += max) {
      pieceWriter.at(at, Math.min(max, all - at));
    }
  }

  @Override
  void adopt(ShardSnapshot snapshot, SnapshotOrigin snapshotOrigin) {
    snapshot.require(spec.numberType(), spec.width(), 1 + optimizer.stateVectors(), true);
    var header = snapshot.header();
    var keys = snapshot.numbers().asSlice(0, header.count() * Long.BYTES);
    var numbers = snapshot.numbers().asSlice(keys.byteSize(), header.count() * rowBytes());
    int more = unknown(keys, header.count(), true);
    heap.require(describe(more + " more rows of"), growthOf(more, 0));
    for (int i = 0; i < header.count(); i++) {
      long key = keys.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
      if (isMine(key)) {
        kernel.ensureRows(index.size() + 1);
        int row = index.findOrAdd(key);
        kernel.set(row, numbers, (long) i * rowBytes());
      }
    }
    if (snapshotOrigin != SnapshotOrigin.RESTORED) {
      adoptOpen(header, snapshot.numbers().asSlice(keys.byteSize() + numbers.byteSize()));
    }
    updates = Math.max(updates, header.updates());
    startFrom(header, snapshotOrigin);
  }

  private boolean isMine(long key) {
    return spec.shardOf(key, part.shards()) == part.index();
  }

  private void adoptOpen(ShardSnapshot.Header header, MemorySegment numbers) {
    long at = 0;
    for (var pendingStep : header.pendingSteps()) {
      var keys = numbers.asSlice(at, pendingStep.count() * Long.BYTES);
      long bytes = pendingStep.count() * sumBytes();
      var sums = numbers.asSlice(at + keys.byteSize(), bytes);
      int[] rows = lookup.rowsOf(keys.toArray(ValueLayout.JAVA_LONG_UNALIGNED));
      pendingStep(pendingStep.step()).add(new PendingRows(-1, rows, copied(sums)));
      at += keys.byteSize() + bytes;
    }
  }

  int rows() {
    return index.size();
  }

  /** Returns the most frequently pushed rows, the most frequent first. */
  List<HotRow> hotRows(int max) {
    var keys = index.keys();
    return hot.most(max).stream()
        .map(row -> new HotRow(keys[(int) row.key()], row.share() * counters.keys()))
        .toList();
  }

  @Override
  long updates() {
    return updates;
  }

  @Override
  void close() {}
}
