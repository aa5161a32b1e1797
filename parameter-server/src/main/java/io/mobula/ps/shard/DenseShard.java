package io.mobula.ps.shard;

import io.mobula.MobulaRuntime;
import io.mobula.Tensor;
import io.mobula.ps.compression.CompressedFormatException;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.heap.HeapAdmission;
import io.mobula.ps.kernel.GradientAggregation;
import io.mobula.ps.kernel.NumberType;
import io.mobula.ps.kernel.Gradient;
import io.mobula.ps.kernel.DenseKernel;
import io.mobula.ps.kernel.StepGradients;
import io.mobula.ps.optimizer.OptimizerStep;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One range of a dense table: weights, the optimizer's state, the workers' clocks, and who waits
 * for them. One thread.
 */
final class DenseShard extends TableShard {
  private final DenseSpec spec;
  private final long start; // the first parameter
  private final int length;
  private final Weights weights;
  private final DenseKernel kernel;
  private final TreeMap<Long, StepGradients> rounds = new TreeMap<>();
  private long updates;

  DenseShard(MobulaRuntime runtime, DenseSpec spec, Part part, HeapAdmission heap) {
    super(spec.toString(), spec.consistency(), part, heap);
    this.spec = spec;
    var split = Split.even(spec.size(), part.shards());
    this.start = split.start(part.index());
    this.length = split.length(part.index());
    this.kernel = heap.allocate(
        what("the optimizer's state of"),
        DenseKernel.stateBytes(spec.element(), spec.optimizer(), length),
        () -> DenseKernel.of(spec.element(), spec.optimizer(), spec.limits().value(), length));
    this.weights = Weights.of(runtime, spec.element(), length);
  }

  /** Sets some of the first weights. */
  void start(Frame frame) {
    var numbers = numbersOf(frame, frame.count());
    long at = (long) frame.from() * spec.element().bytes();
    MemorySegment.copy(numbers, 0, weights.target(false), at, numbers.byteSize());
    weights.updated();
  }

  // ---- push

  /** Applies a gradient, or keeps it until its step is over; completes when it is taken in. */
  CompletableFuture<@Nullable Void> push(Frame frame) {
    long began = System.nanoTime();
    var sender = frame.sender();
    if (wasTaken(sender)) {
      return CompletableFuture.completedFuture(null);
    }
    requireApplied(sender);
    var gradient = gradientOf(frame);
    if (gate.isBulk()) {
      var kept = round(Math.max(sender.steps(), gate.applied()))
          .add(gate.clocks().rank(sender.worker()), gradient, kernel);
      taken(frame);
      return kept;
    }
    apply(List.of(gradient), 1, gradient.from(), gradient.count());
    taken(frame);
    traffic.updated(System.nanoTime() - began);
    return CompletableFuture.completedFuture(null);
  }

  /** A push counts as taken in once nothing can fail any more. */
  private void taken(Frame frame) {
    take(frame.sender());
    traffic.pushed(frame.memory().byteSize());
  }

  private StepGradients round(long step) {
    return rounds.computeIfAbsent(
        step, absent -> new StepGradients(spec.element(), length, !spec.aggregator().isMean()));
  }

  private Gradient gradientOf(Frame frame) {
    int from = frame.from();
    int count = frame.count();
    if (from < 0 || count < 0 || from > length - count) {
      throw new GradientException("Got numbers " + from + " to " + ((long) from + count)
          + " of a shard that has " + length + " of " + spec + ".");
    }
    var numbers = frame.isCompressed() ? decoded(frame) : numbersOf(frame, count);
    return new Gradient(numbers, from, count, frame.scale());
  }

  private MemorySegment numbersOf(Frame frame, int count) {
    var numbers = frame.numbers();
    long wanted = (long) count * spec.element().bytes();
    if (numbers.byteSize() < wanted) {
      throw new GradientException("Got " + numbers.byteSize() + " bytes for " + count
          + " numbers of " + spec + ", which take " + wanted + ".");
    }
    return numbers.asSlice(0, wanted);
  }

  private MemorySegment decoded(Frame frame) {
    int count = frame.count();
    var numbers = brief("a gradient of", (long) count * Float.BYTES, () -> new float[count]);
    try {
      spec.compression()
          .decoder()
          .decode(frame.numbers().toArray(ValueLayout.JAVA_BYTE), numbers, 0, numbers.length);
    } catch (CompressedFormatException e) {
      throw new GradientException("A gradient of " + spec + " cannot be read: " + e.getMessage());
    }
    var decoded = MemorySegment.ofArray(numbers);
    long bad = NumberType.FLOAT.firstNotFinite(decoded);
    if (bad >= 0) {
      throw GradientException.ofNumber("a gradient of " + spec, bad, numbers[(int) bad]);
    }
    return kernel.ofFloats(numbers);
  }

  private void apply(List<Gradient> gradients, double factor, int first, int count) {
    long number = updates + 1;
    var step = new OptimizerStep(number, spec.optimizer().rateAt(number));
    kernel.update(
        step, weights.numbers(), weights.target(count == length), gradients, factor, first, count);
    weights.updated();
    updates = number;
  }

  @Override
  void finishBefore(long step) {
    while (!rounds.isEmpty() && rounds.firstKey() < step) {
      var first = rounds.firstEntry();
      finish(first.getValue(), gate.clocks().participants(first.getKey()));
      rounds.remove(first.getKey()); // what could not be applied is there still, for another try
    }
  }

  @Override
  long firstOpen() {
    return rounds.firstKey();
  }

  @Override
  void refuseBefore(long step, Supplier<RuntimeException> why) {
    rounds.headMap(step).values().forEach(stepGradients -> stepGradients.refuse(kernel, why));
  }

  private void finish(StepGradients stepGradients, int workers) {
    long began = System.nanoTime();
    var gradients = stepGradients.gradients();
    if (!gradients.isEmpty()) {
      if (spec.aggregator().isMean()) {
        apply(gradients, 1.0 / Math.max(1, workers), 0, length);
      } else {
        var one = GradientAggregation.of(spec.element(), spec.aggregator(), gradients, workers, length);
        apply(List.of(new Gradient(one, 0, length, 1)), 1, 0, length);
      }
    }
    stepGradients.complete();
    traffic.updated(System.nanoTime() - began);
  }

  // ---- pull

  /** Completes when the worker may read: with the frame of an answer in an array. */
  CompletableFuture<byte[]> pull(long worker, int layout, long steps) {
    ask(worker, layout, steps);
    return gate.read(worker, () -> {
      traffic.pulled((long) length * spec.element().bytes());
      return ((ArrayWeights) weights).answer(updates, gate.applied());
    });
  }

  /** The same in store memory. */
  CompletableFuture<Tensor> pullLarge(long worker, int layout, long steps) {
    ask(worker, layout, steps);
    return gate.read(worker, () -> {
      traffic.pulled((long) length * spec.element().bytes());
      return ((StoredWeights) weights).answer(updates, gate.applied());
    });
  }

  // ---- moving

  @Override
  void fold() {
    rounds.values().forEach(stepGradients -> stepGradients.fold(kernel));
  }

  /** There are none. */
  @Override
  void forgetNames() {}

  @Override
  TableSpec spec() {
    return spec;
  }

  @Override
  long firstItem() {
    return start;
  }

  @Override
  long lastItem() {
    return start + length;
  }

  @Override
  boolean wants(long from, long to) {
    return from < lastItem() && start < to;
  }

  /** What of this range a block would have, by parameters of the table. */
  private record Range(long from, long to) {
    long count() {
      return Math.max(0, to - from);
    }
  }

  private Range range(Cut cut) {
    return switch (cut) {
      case Cut.All() -> new Range(start, start + length);
      case Cut.For(Part to) -> {
        var split = Split.even(spec.size(), to.shards());
        long from = split.start(to.index());
        yield new Range(
            Math.max(start, from), Math.min(start + length, from + split.length(to.index())));
      }
    };
  }

  @Override
  Block.Head head(Cut cut) {
    fold();
    var range = range(cut);
    return new Block.Head(
        spec.element(),
        1,
        1 + spec.optimizer().stateVectors(),
        range.from(),
        range.count(),
        updates,
        part.layout(),
        gate.applied(),
        clocks().slowest(),
        clocks().clocks(),
        before(),
        open(range.count()));
  }

  private List<Block.Open> open(long count) {
    var open = new ArrayList<Block.Open>();
    rounds.forEach((step, stepGradients) ->
        stepGradients.sums().keySet().forEach(rank -> open.add(new Block.Open(step, rank, count))));
    return open;
  }

  @Override
  long sizeOf(Cut cut) {
    return Block.sizeOf(head(cut), false);
  }

  @Override
  void write(Cut cut, Output output) {
    var head = head(cut);
    var bytes = Block.headBytes(head);
    output.put(bytes.length, memory -> memory.copyFrom(MemorySegment.ofArray(bytes)));
    int from = (int) (head.start() - start);
    write(output, weights.numbers(), from, (int) head.count());
    for (int i = 0; i < spec.optimizer().stateVectors(); i++) {
      int vector = i;
      pieces(
          (int) head.count(),
          (at, count) ->
              output.put(bytesOf(count), memory -> kernel.copyState(vector, from + at, memory)));
    }
    rounds
        .values()
        .forEach(stepGradients ->
            stepGradients.sums().values().forEach(sum -> write(output, sum, from, (int) head.count())));
  }

  private void write(Output output, MemorySegment numbers, int from, int all) {
    pieces(
        all,
        (at, count) -> output.put(
            bytesOf(count),
            memory -> memory.copyFrom(numbers.asSlice(bytesOf(from + at), bytesOf(count)))));
  }

  private long bytesOf(long count) {
    return count * spec.element().bytes();
  }

  private interface Piece {
    void at(int from, int count);
  }

  private void pieces(int all, Piece piece) {
    int most = Output.WINDOW / spec.element().bytes();
    for (int at = 0; at < all; at += most) {
      piece.at(at, Math.min(most, all - at));
    }
  }

  @Override
  void adopt(Block block, Entry entry) {
    block.require(spec.element(), 1, 1 + spec.optimizer().stateVectors(), false);
    var head = block.head();
    long from = Math.max(start, head.start());
    int count = (int) Math.max(0, Math.min(start + length, head.start() + head.count()) - from);
    if (count > 0) {
      int at = (int) (from - start);
      long there = from - head.start();
      weights
          .target(false)
          .asSlice(bytesOf(at), bytesOf(count))
          .copyFrom(block.vector(0, there, count));
      weights.updated();
      for (int i = 1; i < head.vectors(); i++) {
        kernel.setState(i - 1, at, block.vector(i, there, count));
      }
      if (entry != Entry.RESTORED) {
        adoptOpen(block, at, there, count);
      }
      updates = Math.max(updates, head.updates());
    }
    begin(head, entry);
  }

  private void adoptOpen(Block block, int at, long there, int count) {
    int vector = block.head().vectors();
    for (var open : block.head().open()) {
      round(open.step())
          .sum(open.rank())
          .asSlice(bytesOf(at), bytesOf(count))
          .copyFrom(block.vector(vector, there, count));
      vector++;
    }
  }

  @Override
  long updates() {
    return updates;
  }

  @Override
  void close() {
    weights.close();
  }
}
