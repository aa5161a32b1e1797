package io.mobula.ps.internal.shard;

import io.mobula.ps.error.GradientException;
import io.mobula.ps.internal.heap.HeapAdmission;
import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.row.HotKeySketch;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
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
  private final GuardedOptimizer optimizer;
  private final ShardRows rows;
  private final RowSnapshots snapshots;
  private final HotKeySketch hot = new HotKeySketch();
  private long updates;

  SparseShard(SparseSpec spec, TablePart part, HeapAdmission heap) {
    super(spec.toString(), spec.consistency(), part, heap);
    this.spec = spec;
    this.optimizer = GuardedOptimizer.of(spec);
    this.rows = new ShardRows(spec, part, optimizer);
    this.snapshots = new RowSnapshots(rows);
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
    int[] found = rows.lookup.rowsOf(pushed);
    if (found == null) {
      return null;
    }
    if (gate.isBulk()) {
      rows.pendingSteps.add(
          Math.max(origin.endedSteps(), gate.applied()),
          gate.workers().rank(origin.worker()),
          found,
          pushed.numbers());
    } else {
      rows.kernel.beginUpdate(rows.index.size());
      rows.kernel.add(found, pushed.numbers());
      apply(1);
    }
    recordPush(origin); // once nothing can fail any more
    counters.recordPush(pushed.memory().byteSize());
    counters.keys(found.length);
    hot.add(found);
    counters.recordUpdate(System.nanoTime() - began);
    return found;
  }

  /** Refuses a push that needs more heap than there is, before anything is changed. */
  private void admit(SparseFrame pushed) {
    int count = pushed.count();
    long max = rows.growthOf(pushed.hasKeys() ? count : 0, count);
    if (max > 0 && !heap.fits(max)) { // its keys may have rows already
      int unknown = pushed.hasKeys() ? rows.countUnknown(pushed.keys(), count) : 0;
      long bytes = rows.growthOf(unknown, count);
      if (bytes > 0) {
        heap.requireQuickly(describe("a push of " + count + " rows to"), bytes);
      }
    }
  }

  /**
   * Applies a push, ends its worker's step and pulls the same rows; the result is null, without any
   * effect, if the shard does not know the key list.
   */
  CompletableFuture<@Nullable NumberArray> exchange(SparseFrame pushed, long steps) {
    requireFits(pushed);
    var origin = pushed.origin();
    boolean again = wasTaken(origin);
    int[] found = again ? rows.lookup.rowsOf(pushed) : takeIn(pushed);
    if (found == null) {
      if (again) { // the worker pulls the rows itself
        throw new ParametersMovedException(gate.table(), origin.layout(), part.layout(), true);
      }
      return CompletableFuture.completedFuture(null);
    }
    requirePresent(origin.layout(), true);
    clock(origin.worker(), origin.layout(), steps);
    return gate.<@Nullable NumberArray>read(
        origin.worker(), () -> read(rows.kernel.weights(found)));
  }

  private void apply(double factor) {
    long number = updates + 1;
    var step = optimizer.step(number);
    if (optimizer.isOwn()) {
      rows.kernel.update(step, factor);
    } else {
      rows.kernel.updateOrRestore(step, factor);
    }
    updates = number;
  }

  @Override
  void finishBefore(long step) {
    var pendingSteps = rows.pendingSteps;
    while (pendingSteps.hasBefore(step)) {
      long began = System.nanoTime();
      long first = pendingSteps.first();
      pendingSteps.sumInto(rows.kernel, rows.index.size(), first);
      apply(1.0 / Math.max(1, gate.workers().participants(first)));
      pendingSteps.remove(first); // only now, so that a step that cannot be applied is tried again
      counters.recordUpdate(System.nanoTime() - began);
    }
  }

  @Override
  long firstPendingStep() {
    return rows.pendingSteps.first();
  }

  /** Does nothing, as no push waits: its gradients are copied. */
  @Override
  void refuseBefore(long step, Supplier<RuntimeException> why) {}

  // ---- pull

  /**
   * Returns a future with the rows of the keys, in their order; it completes when the worker may
   * read.
   */
  CompletableFuture<NumberArray> pull(long worker, int layout, long steps, long[] keys) {
    admitRead(worker, layout, steps);
    long bytes = (long) keys.length * rows.gradientBytes();
    return gate.read(
        worker,
        () -> read(allocateBriefly("rows of", bytes, () -> rows.kernel.weights(rows.index, keys))));
  }

  private NumberArray read(NumberArray weights) {
    counters.recordPull(weights.memory().byteSize());
    return weights;
  }

  // ---- snapshots

  /** Does nothing, as kept gradients are copies already. */
  @Override
  void releaseGradients() {}

  @Override
  void forgetKeyLists() {
    rows.lookup.forgetKeyLists();
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
    return rows.index.size();
  }

  @Override
  boolean wants(long from, long to) {
    return true;
  }

  @Override
  ShardSnapshot.Header header(SnapshotSelection selection) {
    int[] selected = rows.selected(selection, rows.index.keys());
    return header(selected, rows.pendingSteps.among(selected));
  }

  private ShardSnapshot.Header header(int[] selected, Map<Long, int[]> pending) {
    return new ShardSnapshot.Header(
        spec.numberType(),
        spec.width(),
        rows.vectors(),
        0,
        selected.length,
        updates,
        part.layout(),
        gate.applied(),
        workers().slowest(),
        workers().clocks(),
        previousSequences(),
        RowSnapshots.describe(pending));
  }

  @Override
  long sizeOf(SnapshotSelection selection) {
    return ShardSnapshot.sizeOf(header(selection), true);
  }

  @Override
  void write(SnapshotSelection selection, SnapshotOutput output) {
    long[] keys = rows.index.keys();
    int[] selected = rows.selected(selection, keys);
    var pending = rows.pendingSteps.among(selected);
    var bytes = ShardSnapshot.headerBytes(header(selected, pending));
    output.put(bytes.length, memory -> memory.copyFrom(MemorySegment.ofArray(bytes)));
    snapshots.write(output, keys, selected, pending);
  }

  @Override
  void adopt(ShardSnapshot snapshot, SnapshotOrigin snapshotOrigin) {
    snapshot.require(spec.numberType(), spec.width(), rows.vectors(), true);
    var header = snapshot.header();
    int more = rows.countUnknownOfMine(RowSnapshots.keysOf(snapshot), header.count());
    heap.require(describe(more + " more rows of"), rows.growthOf(more, 0));
    snapshots.adoptRows(snapshot);
    if (snapshotOrigin != SnapshotOrigin.RESTORED) {
      snapshots.adoptPending(snapshot);
    }
    updates = Math.max(updates, header.updates());
    startFrom(header, snapshotOrigin);
  }

  int rows() {
    return rows.index.size();
  }

  /** Returns the most frequently pushed rows, the most frequent first. */
  List<HotRow> hotRows(int max) {
    var keys = rows.index.keys();
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
