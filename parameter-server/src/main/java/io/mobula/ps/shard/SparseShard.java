package io.mobula.ps.shard;

import io.mobula.ps.error.GradientException;
import io.mobula.ps.heap.HeapAdmission;
import io.mobula.ps.kernel.NumberArray;
import io.mobula.ps.optimizer.OptimizerStep;
import io.mobula.ps.row.HotKeySketch;
import io.mobula.ps.row.RowIndex;
import io.mobula.ps.row.RowKernel;
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
 * One shard's rows of a sparse table. Rows are made when their key is first pushed; what is pulled
 * before is how they would begin.
 *
 * <p>The gradients of a key in one push are summed. A push is then applied in batches: weights and
 * state of some rows are gathered into arrays, updated in one loop, and scattered back. One thread.
 */
final class SparseShard extends TableShard {
  private final SparseSpec spec;
  private final RowIndex index = new RowIndex();
  private final RowKernel kernel;
  private final RowLookup lookup;
  private final HotKeySketch hot = new HotKeySketch();
  private final TreeMap<Long, List<Kept>> rounds = new TreeMap<>();
  private long updates;

  /** Gradients of rows that wait for the end of their step. */
  private static final class Kept {
    private final int rank;
    private final int[] rows;
    private final MemorySegment numbers;

    Kept(int rank, int[] rows, MemorySegment numbers) {
      this.rank = rank;
      this.rows = rows;
      this.numbers = numbers;
    }
  }

  SparseShard(SparseSpec spec, Part part, HeapAdmission heap) {
    super(spec.toString(), spec.consistency(), part, heap);
    this.spec = spec;
    this.kernel = RowKernel.of(spec.element(), spec.width(), spec.optimizer(), spec.initial());
    this.lookup = new RowLookup(index, kernel);
  }

  // ---- push

  /** Applies gradients, or keeps them; false if it does not know the list of keys. */
  CompletableFuture<Boolean> push(Rows pushed) {
    requireFits(pushed);
    boolean taken = wasTaken(pushed.sender()) || takeIn(pushed) != null;
    return CompletableFuture.completedFuture(taken);
  }

  private void requireFits(Rows pushed) {
    if (pushed.width() != spec.width() || pushed.numberBytes() != spec.element().bytes()) {
      throw new GradientException("Got rows of " + pushed.width() + " numbers of "
          + pushed.numberBytes() + " bytes for " + spec + ".");
    }
  }

  /** Gives the rows that it was for; null, and nothing has happened, if the list is not known. */
  private int @Nullable [] takeIn(Rows pushed) {
    long began = System.nanoTime();
    var sender = pushed.sender();
    requireApplied(sender);
    admit(pushed);
    int[] rows = lookup.rowsOf(pushed);
    if (rows == null) {
      return null;
    }
    if (gate.isBulk()) {
      round(Math.max(sender.steps(), gate.applied()))
          .add(new Kept(gate.clocks().rank(sender.worker()), rows, copied(pushed.numbers())));
    } else {
      kernel.beginUpdate(index.size());
      kernel.add(rows, pushed.numbers());
      apply(1);
    }
    take(sender); // once nothing can fail any more
    traffic.pushed(pushed.memory().byteSize());
    traffic.keys(rows.length);
    hot.add(rows);
    traffic.updated(System.nanoTime() - began);
    return rows;
  }

  /** Refuses a push that would need more heap than there is, before anything has changed. */
  private void admit(Rows pushed) {
    int count = pushed.count();
    long most = growthOf(pushed.hasKeys() ? count : 0, count);
    if (most > 0 && !heap.fits(most)) { // its keys may be known
      int unknown = pushed.hasKeys() ? unknown(pushed.keys(), count, false) : 0;
      long bytes = growthOf(unknown, count);
      if (bytes > 0) {
        heap.requireQuickly(what("a push of " + count + " rows to"), bytes);
      }
    }
  }

  private long growthOf(int more, int pushed) {
    return index.growthOf(more) + kernel.growthOf((long) index.size() + more, pushed);
  }

  /** How many of the keys have no row; of all, or of this shard's. */
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
   * A push, the end of its worker's step, and a pull of the same rows; null if it does not know the
   * list of keys, and then nothing has happened.
   */
  CompletableFuture<@Nullable NumberArray> exchange(Rows pushed, long steps) {
    requireFits(pushed);
    var sender = pushed.sender();
    boolean again = wasTaken(sender);
    int[] rows = again ? lookup.rowsOf(pushed) : takeIn(pushed);
    if (rows == null) {
      if (again) { // its worker asks for the rows
        throw new MovedException(gate.table(), sender.layout(), part.layout(), true);
      }
      return CompletableFuture.completedFuture(null);
    }
    requirePresent(sender.layout(), true);
    clock(sender.worker(), sender.layout(), steps);
    return gate.<@Nullable NumberArray>read(sender.worker(), () -> read(kernel.weights(rows)));
  }

  private static MemorySegment copied(MemorySegment numbers) {
    return MemorySegment.ofArray(numbers.toArray(ValueLayout.JAVA_BYTE));
  }

  private List<Kept> round(long step) {
    return rounds.computeIfAbsent(step, absent -> new ArrayList<>());
  }

  private void apply(double factor) {
    long number = updates + 1;
    var step = new OptimizerStep(number, spec.optimizer().rateAt(number));
    kernel.update(step, factor);
    updates = number;
  }

  @Override
  void finishBefore(long step) {
    while (!rounds.isEmpty() && rounds.firstKey() < step) {
      long began = System.nanoTime();
      var first = rounds.firstEntry();
      merge(first.getValue());
      apply(1.0 / Math.max(1, gate.clocks().participants(first.getKey())));
      rounds.remove(first.getKey()); // what could not be applied is there still, for another try
      traffic.updated(System.nanoTime() - began);
    }
  }

  @Override
  long firstOpen() {
    return rounds.firstKey();
  }

  /** None waits: what they bring is copied. */
  @Override
  void refuseBefore(long step, Supplier<RuntimeException> why) {}

  /** Sums what was kept for a step, in the order of the workers' ranks. */
  private void merge(List<Kept> round) {
    kernel.beginUpdate(index.size());
    round.stream()
        .sorted(Comparator.comparingInt(kept -> kept.rank))
        .forEach(kept -> kernel.add(kept.rows, kept.numbers));
  }

  // ---- pull

  /** Completes when the worker may read: with the rows of the keys, in their order. */
  CompletableFuture<NumberArray> pull(long worker, int layout, long steps, long[] keys) {
    ask(worker, layout, steps);
    long bytes = (long) keys.length * sumBytes();
    return gate.read(
        worker, () -> read(brief("rows of", bytes, () -> kernel.weights(index, keys))));
  }

  private NumberArray read(NumberArray rows) {
    traffic.pulled(rows.memory().byteSize());
    return rows;
  }

  // ---- moving

  /** What is kept is a copy already. */
  @Override
  void fold() {}

  @Override
  void forgetNames() {
    lookup.forgetNames();
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
  long lastItem() {
    return index.size();
  }

  @Override
  boolean wants(long from, long to) {
    return true;
  }

  /** The rows that a block would have, in order. */
  private int[] rows(Cut cut, long[] keys) {
    return switch (cut) {
      case Cut.All() -> IntStream.range(0, keys.length).toArray();
      case Cut.For(Part to) ->
        IntStream.range(0, keys.length)
            .filter(row -> spec.placement().shardOf(keys[row], to.shards()) == to.index())
            .toArray();
    };
  }

  /** Of the rows of a block, which have gradients that are kept; by step. */
  private Map<Long, int[]> kept(int[] rows) {
    var wanted = new BitSet();
    for (int row : rows) {
      wanted.set(row);
    }
    var result = new TreeMap<Long, int[]>();
    rounds.forEach((step, round) -> result.put(
        step,
        round.stream()
            .flatMapToInt(kept -> Arrays.stream(kept.rows))
            .filter(wanted::get)
            .sorted()
            .distinct()
            .toArray()));
    return result;
  }

  @Override
  Block.Head head(Cut cut) {
    int[] rows = rows(cut, index.keys());
    return head(rows, kept(rows));
  }

  private Block.Head head(int[] rows, Map<Long, int[]> kept) {
    var open = new ArrayList<Block.Open>();
    kept.forEach((step, some) -> open.add(new Block.Open(step, -1, some.length)));
    return new Block.Head(
        spec.element(),
        spec.width(),
        1 + spec.optimizer().stateVectors(),
        0,
        rows.length,
        updates,
        part.layout(),
        gate.applied(),
        clocks().slowest(),
        clocks().clocks(),
        before(),
        open);
  }

  @Override
  long sizeOf(Cut cut) {
    return Block.sizeOf(head(cut), true);
  }

  @Override
  void write(Cut cut, Output output) {
    long[] keys = index.keys();
    int[] rows = rows(cut, keys);
    var kept = kept(rows);
    var bytes = Block.headBytes(head(rows, kept));
    output.put(bytes.length, memory -> memory.copyFrom(MemorySegment.ofArray(bytes)));
    writeKeys(output, keys, rows);
    pieces(
        rows.length,
        Output.WINDOW / rowBytes(),
        (from, count) -> output.put(
            (long) count * rowBytes(), memory -> kernel.copyRows(rows, from, count, memory)));
    kept.forEach((step, some) -> {
      writeKeys(output, keys, some);
      merge(Objects.requireNonNull(rounds.get(step)));
      pieces(
          some.length,
          Output.WINDOW / sumBytes(),
          (from, count) -> output.put(
              (long) count * sumBytes(), memory -> kernel.copySums(some, from, count, memory)));
    });
  }

  private int sumBytes() {
    return spec.width() * spec.element().bytes();
  }

  private int rowBytes() {
    return sumBytes() * (1 + spec.optimizer().stateVectors());
  }

  private static void writeKeys(Output output, long[] keys, int[] rows) {
    pieces(
        rows.length,
        Output.WINDOW / Long.BYTES,
        (from, count) -> output.put((long) count * Long.BYTES, memory -> {
          for (int i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, keys[rows[from + i]]);
          }
        }));
  }

  private interface Piece {
    void at(int from, int count);
  }

  private static void pieces(int all, int most, Piece piece) {
    for (int at = 0; at < all; at += most) {
      piece.at(at, Math.min(most, all - at));
    }
  }

  @Override
  void adopt(Block block, Entry entry) {
    block.require(spec.element(), spec.width(), 1 + spec.optimizer().stateVectors(), true);
    var head = block.head();
    var keys = block.numbers().asSlice(0, head.count() * Long.BYTES);
    var numbers = block.numbers().asSlice(keys.byteSize(), head.count() * rowBytes());
    int more = unknown(keys, head.count(), true);
    heap.require(what(more + " more rows of"), growthOf(more, 0));
    for (int i = 0; i < head.count(); i++) {
      long key = keys.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
      if (isMine(key)) {
        kernel.ensureRows(index.size() + 1);
        int row = index.findOrAdd(key);
        kernel.set(row, numbers, (long) i * rowBytes());
      }
    }
    if (entry != Entry.RESTORED) {
      adoptOpen(head, block.numbers().asSlice(keys.byteSize() + numbers.byteSize()));
    }
    updates = Math.max(updates, head.updates());
    begin(head, entry);
  }

  private boolean isMine(long key) {
    return spec.placement().shardOf(key, part.shards()) == part.index();
  }

  private void adoptOpen(Block.Head head, MemorySegment numbers) {
    long at = 0;
    for (var open : head.open()) {
      var keys = numbers.asSlice(at, open.count() * Long.BYTES);
      long bytes = open.count() * sumBytes();
      var sums = numbers.asSlice(at + keys.byteSize(), bytes);
      int[] rows = lookup.rowsOf(keys.toArray(ValueLayout.JAVA_LONG_UNALIGNED));
      round(open.step()).add(new Kept(-1, rows, copied(sums)));
      at += keys.byteSize() + bytes;
    }
  }

  int rows() {
    return index.size();
  }

  /** Those that most gradients came for, the most first. */
  List<HotRow> hotRows(int most) {
    var keys = index.keys();
    return hot.most(most).stream()
        .map(row -> new HotRow(keys[(int) row.key()], row.share() * traffic.keys()))
        .toList();
  }

  @Override
  long updates() {
    return updates;
  }

  @Override
  void close() {}
}
