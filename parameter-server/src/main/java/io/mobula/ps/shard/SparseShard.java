package io.mobula.ps.shard;

import io.mobula.ps.error.GradientException;
import io.mobula.ps.kernel.Numbers;
import io.mobula.ps.optimizer.Step;
import io.mobula.ps.row.HotKeys;
import io.mobula.ps.row.RowIndex;
import io.mobula.ps.row.RowKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * One shard's rows of a sparse table. Rows are made when their key is first pushed; what is pulled
 * before is how they would begin.
 *
 * <p>The gradients of a key in one push are summed. A push is then applied in batches: weights and
 * state of some rows are gathered into arrays, updated in one loop, and scattered back. One thread.
 */
final class SparseShard extends TableShard {
  /** How many lists of keys of workers are remembered; the longest unused goes first. */
  private static final int LISTS = 64;

  private static final int[] UNKNOWN = {};

  /** How many keys are looked for at a time, so that memory answers for several at once. */
  private static final int AHEAD = 64;

  private final SparseSpec spec;
  private final RowIndex index = new RowIndex();
  private final RowKernel kernel;
  private final HotKeys hot = new HotKeys();
  private final TreeMap<Long, List<Kept>> rounds = new TreeMap<>();
  private final Map<Long, int[]> lists = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Long, int[]> eldest) {
      return size() > LISTS;
    }
  };
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

  SparseShard(SparseSpec spec, Part part) {
    super(spec.toString(), spec.consistency(), part);
    this.spec = spec;
    this.kernel = RowKernel.of(spec.element(), spec.width(), spec.optimizer(), spec.initial());
  }

  // ---- push

  /** Applies gradients, or keeps them; false if it does not know the list of keys. */
  CompletableFuture<Boolean> push(Rows pushed) {
    long began = System.nanoTime();
    if (pushed.width() != spec.width() || pushed.numberBytes() != spec.element().bytes()) {
      throw new GradientException("Got rows of " + pushed.width() + " numbers of "
          + pushed.numberBytes() + " bytes for " + spec + ".");
    }
    var sender = pushed.sender();
    if (wasTaken(sender)) {
      return CompletableFuture.completedFuture(true);
    }
    int[] rows = rowsOf(pushed);
    if (rows.length != pushed.count()) {
      return CompletableFuture.completedFuture(false);
    }
    take(sender);
    traffic.pushed(pushed.memory().byteSize());
    traffic.keys(rows.length);
    hot.add(rows);
    if (gate.isBulk()) {
      round(Math.max(sender.steps(), gate.applied()))
          .add(new Kept(gate.clocks().rank(sender.worker()), rows, copied(pushed.numbers())));
    } else {
      kernel.beginUpdate(index.size());
      kernel.add(rows, pushed.numbers());
      apply(1);
    }
    traffic.updated(System.nanoTime() - began);
    return CompletableFuture.completedFuture(true);
  }

  private static MemorySegment copied(MemorySegment numbers) {
    return MemorySegment.ofArray(numbers.toArray(ValueLayout.JAVA_BYTE));
  }

  private List<Kept> round(long step) {
    return rounds.computeIfAbsent(step, absent -> new ArrayList<>());
  }

  private int[] rowsOf(Rows pushed) {
    if (!pushed.hasKeys()) {
      int[] known = lists.get(pushed.list());
      return known != null && known.length == pushed.count() ? known : UNKNOWN;
    }
    var keys = pushed.keys().toArray(ValueLayout.JAVA_LONG_UNALIGNED);
    var rows = new int[keys.length];
    for (int i = 0; i < rows.length; i++) {
      if (i % AHEAD == 0) {
        index.touch(keys, i, Math.min(i + AHEAD, keys.length));
      }
      rows[i] = rowOf(keys[i]);
    }
    if (pushed.list() != 0) {
      lists.put(pushed.list(), rows);
    }
    return rows;
  }

  private int rowOf(long key) {
    int known = index.size();
    int row = index.findOrAdd(key);
    if (row == known) {
      kernel.begin(row, key);
    }
    return row;
  }

  private void apply(double factor) {
    long number = ++updates;
    var step = new Step(number, spec.optimizer().rateAt(number));
    kernel.update(step, factor);
  }

  @Override
  void finishBefore(long step) {
    while (!rounds.isEmpty() && rounds.firstKey() < step) {
      long began = System.nanoTime();
      var first = rounds.pollFirstEntry();
      merge(first.getValue());
      apply(1.0 / Math.max(1, gate.clocks().participants(first.getKey())));
      traffic.updated(System.nanoTime() - began);
    }
  }

  /** Sums what was kept for a step, in the order of the workers' ranks. */
  private void merge(List<Kept> round) {
    kernel.beginUpdate(index.size());
    round.stream()
        .sorted(Comparator.comparingInt(kept -> kept.rank))
        .forEach(kept -> kernel.add(kept.rows, kept.numbers));
  }

  // ---- pull

  /** Completes when the worker may read: with the rows of the keys, in their order. */
  CompletableFuture<Numbers> pull(long worker, int layout, long steps, long[] keys) {
    ask(worker, layout, steps);
    return gate.read(worker, () -> read(kernel.weights(index, keys)));
  }

  private Numbers read(Numbers rows) {
    traffic.pulled(rows.memory().byteSize());
    return rows;
  }

  // ---- moving

  /** What is kept is a copy already. */
  @Override
  void fold() {}

  @Override
  void forgetNames() {
    lists.clear();
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
        clocks().marks(),
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
    var head = block.head();
    var keys = block.numbers().asSlice(0, head.count() * Long.BYTES);
    var numbers = block.numbers().asSlice(keys.byteSize(), head.count() * rowBytes());
    for (int i = 0; i < head.count(); i++) {
      long key = keys.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
      if (isMine(key)) {
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
      int[] rows = Arrays.stream(keys.toArray(ValueLayout.JAVA_LONG_UNALIGNED))
          .mapToInt(this::rowOf)
          .toArray();
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
