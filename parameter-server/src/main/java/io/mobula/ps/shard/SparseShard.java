package io.mobula.ps.shard;

import io.mobula.ps.error.GradientException;
import io.mobula.ps.optimizer.Step;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

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
  private final Slab slab;
  private final Batch batch;
  private final Merge merge;
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
    private final int[] rows;
    private final float[] numbers;

    Kept(int[] rows, float[] numbers) {
      this.rows = rows;
      this.numbers = numbers;
    }
  }

  SparseShard(SparseSpec spec) {
    super(spec.toString(), spec.consistency());
    this.spec = spec;
    this.slab = new Slab(spec.width() * (1 + spec.optimizer().stateVectors()));
    this.batch = new Batch(spec.width(), slab, spec.optimizer());
    this.merge = new Merge(spec.width());
  }

  // ---- push

  /** Applies gradients, or keeps them; false if it does not know the list of keys. */
  CompletableFuture<Boolean> push(Rows pushed) {
    long began = System.nanoTime();
    gate.enter(pushed.worker());
    if (pushed.width() != spec.width()) {
      throw new GradientException("Got rows of " + pushed.width() + " numbers for " + spec + ".");
    }
    int[] rows = rowsOf(pushed);
    if (rows.length != pushed.count()) {
      return CompletableFuture.completedFuture(false);
    }
    if (!gate.clocks().isNew(pushed.worker(), pushed.sequence())) {
      traffic.repeated();
      return CompletableFuture.completedFuture(true);
    }
    traffic.pushed(pushed.memory().byteSize());
    traffic.keys(rows.length);
    if (gate.isBulk()) {
      var numbers = pushed.numbers().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
      rounds
          .computeIfAbsent(gate.clocks().ended(pushed.worker()), step -> new ArrayList<>())
          .add(new Kept(rows, numbers));
    } else {
      merge.begin(index.size());
      merge.add(rows, pushed.numbers());
      apply(1);
    }
    traffic.updated(System.nanoTime() - began);
    return CompletableFuture.completedFuture(true);
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
      begin(row, key);
    }
    return row;
  }

  private void begin(int row, long key) {
    slab.reach(row + 1);
    if (spec.initial().range() > 0) {
      float[] chunk = slab.chunk(row);
      for (int i = 0; i < spec.width(); i++) {
        chunk[slab.offset(row) + i] = spec.initial().at(key, i);
      }
    }
  }

  private void apply(double factor) {
    long number = ++updates;
    var step = new Step(number, spec.optimizer().rateAt(number));
    batch.update(step, merge, (float) factor);
  }

  @Override
  void finishBefore(long step) {
    while (!rounds.isEmpty() && rounds.firstKey() < step) {
      long began = System.nanoTime();
      merge.begin(index.size());
      rounds
          .pollFirstEntry()
          .getValue()
          .forEach(kept -> merge.add(kept.rows, MemorySegment.ofArray(kept.numbers)));
      apply(1.0 / Math.max(1, gate.clocks().size()));
      traffic.updated(System.nanoTime() - began);
    }
  }

  // ---- pull

  /** Completes when the worker may read: with the rows of the keys, in their order. */
  CompletableFuture<float[]> pull(long worker, long[] keys) {
    return gate.read(worker, () -> {
      var result = new float[keys.length * spec.width()];
      for (int i = 0; i < keys.length; i++) {
        copy(keys[i], result, i * spec.width());
      }
      traffic.pulled((long) result.length * Float.BYTES);
      return result;
    });
  }

  private void copy(long key, float[] into, int at) {
    int row = index.find(key);
    if (row >= 0) {
      System.arraycopy(slab.chunk(row), slab.offset(row), into, at, spec.width());
      return;
    }
    for (int i = 0; i < spec.width(); i++) {
      into[at + i] = spec.initial().at(key, i);
    }
  }

  int rows() {
    return index.size();
  }

  @Override
  long updates() {
    return updates;
  }

  @Override
  void close() {}
}
