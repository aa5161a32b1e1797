package io.mobula.ps.internal.shard;

import io.mobula.MobulaRuntime;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.internal.compression.CompressedFormatException;
import io.mobula.ps.internal.compression.GradientCodec;
import io.mobula.ps.internal.compression.GradientDecoder;
import io.mobula.ps.internal.heap.HeapAdmission;
import io.mobula.ps.internal.kernel.DenseKernel;
import io.mobula.ps.internal.kernel.Gradient;
import io.mobula.ps.internal.kernel.GradientAggregation;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.kernel.StepGradients;
import io.mobula.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One shard's range of a dense table: weights, optimizer state, worker clocks, and waiting pulls.
 * For one thread.
 */
final class DenseShard extends TableShard {
  private final DenseSpec spec;
  private final long start; // the first parameter
  private final int length;
  private final ShardWeights weights;
  private final GuardedOptimizer optimizer;
  private final GuardedAggregator aggregator;
  private final DenseKernel kernel;
  private final GradientDecoder decoder;
  private final TreeMap<Long, StepGradients> pendingSteps = new TreeMap<>();
  private long updates;

  DenseShard(MobulaRuntime runtime, DenseSpec spec, TablePart part, HeapAdmission heap) {
    super(spec.toString(), spec.consistency(), part, heap);
    this.spec = spec;
    var rangePartition = RangePartition.even(spec.size(), part.shards());
    this.start = rangePartition.start(part.index());
    this.length = rangePartition.length(part.index());
    this.optimizer = GuardedOptimizer.of(spec);
    this.aggregator = GuardedAggregator.of(spec);
    this.decoder = GradientCodec.of(spec.compression()).decoder();
    this.kernel = heap.allocate(
        describe("the optimizer's state of"),
        DenseKernel.stateBytes(spec.numberType(), optimizer, length),
        () -> DenseKernel.of(spec.numberType(), optimizer, spec.limits().value(), length));
    this.weights = ShardWeights.of(runtime, spec.numberType(), length);
  }

  /** Sets some of the initial weights. */
  void start(DenseFrame frame) {
    var numbers = numbersOf(frame, frame.count());
    long at = (long) frame.from() * spec.numberType().bytes();
    MemorySegment.copy(numbers, 0, weights.target(false), at, numbers.byteSize());
    weights.commit();
  }

  // ---- push

  /**
   * Applies a gradient, or keeps it until its step ends. Returns a future that completes when the
   * worker may forget the gradient.
   */
  CompletableFuture<@Nullable Void> push(DenseFrame frame) {
    long began = System.nanoTime();
    var origin = frame.origin();
    if (wasTaken(origin)) {
      return CompletableFuture.completedFuture(null);
    }
    requireApplied(origin);
    var gradient = gradientOf(frame);
    if (gate.isBulk()) {
      var kept = pendingStep(Math.max(origin.endedSteps(), gate.applied()))
          .add(gate.workers().rank(origin.worker()), gradient, kernel);
      taken(frame);
      return kept;
    }
    apply(List.of(gradient), 1, gradient.from(), gradient.count());
    taken(frame);
    counters.recordUpdate(System.nanoTime() - began);
    return CompletableFuture.completedFuture(null);
  }

  /** Records the push; called once nothing can fail any more. */
  private void taken(DenseFrame frame) {
    recordPush(frame.origin());
    counters.recordPush(frame.memory().byteSize());
  }

  private StepGradients pendingStep(long step) {
    return pendingSteps.computeIfAbsent(
        step, absent -> new StepGradients(spec.numberType(), length, !aggregator.isMean()));
  }

  private Gradient gradientOf(DenseFrame frame) {
    int from = frame.from();
    int count = frame.count();
    if (from < 0 || count < 0 || from > length - count) {
      throw new GradientException("Got numbers " + from + " to " + ((long) from + count)
          + " of a shard that has " + length + " of " + spec + ".");
    }
    var numbers = frame.isCompressed() ? decoded(frame) : numbersOf(frame, count);
    return new Gradient(numbers, from, count, frame.scale());
  }

  private MemorySegment numbersOf(DenseFrame frame, int count) {
    var numbers = frame.numbers();
    long wanted = (long) count * spec.numberType().bytes();
    if (numbers.byteSize() < wanted) {
      throw new GradientException("Got " + numbers.byteSize() + " bytes for " + count
          + " numbers of " + spec + ", which take " + wanted + ".");
    }
    return numbers.asSlice(0, wanted);
  }

  private MemorySegment decoded(DenseFrame frame) {
    int count = frame.count();
    var numbers =
        allocateBriefly("a gradient of", (long) count * Float.BYTES, () -> new float[count]);
    try {
      decoder.decode(frame.numbers().toArray(ValueLayout.JAVA_BYTE), numbers, 0, numbers.length);
    } catch (CompressedFormatException e) {
      throw new GradientException("A gradient of " + spec + " cannot be read: " + e.getMessage());
    }
    var decoded = MemorySegment.ofArray(numbers);
    long bad = NumberType.FLOAT.firstNotFinite(decoded);
    if (bad >= 0) {
      throw GradientException.ofNumber("a gradient of " + spec, bad, numbers[(int) bad]);
    }
    return spec.numberType().widened(numbers);
  }

  private void apply(List<Gradient> gradients, double factor, int first, int count) {
    long number = updates + 1;
    var step = optimizer.step(number);
    var from = weights.numbers();
    var to = weights.target(count == length);
    if (optimizer.isOwn()) {
      kernel.update(step, from, to, gradients, factor, first, count);
    } else {
      kernel.updateOrRestore(step, from, to, gradients, factor, first, count);
    }
    weights.commit();
    updates = number;
  }

  @Override
  void finishBefore(long step) {
    while (!pendingSteps.isEmpty() && pendingSteps.firstKey() < step) {
      var first = pendingSteps.firstEntry();
      finish(first.getValue(), gate.workers().participants(first.getKey()));
      // only now, so that a step that cannot be applied is tried again
      pendingSteps.remove(first.getKey());
    }
  }

  @Override
  long firstPendingStep() {
    return pendingSteps.firstKey();
  }

  @Override
  void refuseBefore(long step, Supplier<RuntimeException> why) {
    pendingSteps.headMap(step).values().forEach(stepGradients -> stepGradients.refuse(kernel, why));
  }

  private void finish(StepGradients stepGradients, int workers) {
    long began = System.nanoTime();
    var gradients = stepGradients.gradients();
    if (!gradients.isEmpty()) {
      if (aggregator.isMean()) {
        apply(gradients, 1.0 / Math.max(1, workers), 0, length);
      } else {
        var one = GradientAggregation.of(spec.numberType(), aggregator, gradients, workers, length);
        apply(List.of(new Gradient(one, 0, length, 1)), 1, 0, length);
      }
    }
    stepGradients.complete();
    counters.recordUpdate(System.nanoTime() - began);
  }

  // ---- pull

  /** Returns a future with the reply frame in an array; it completes when the worker may read. */
  CompletableFuture<byte[]> pull(long worker, int layout, long steps) {
    admitRead(worker, layout, steps);
    return gate.read(worker, () -> {
      counters.recordPull((long) length * spec.numberType().bytes());
      return ((ArrayWeights) weights).writeReply(updates, gate.applied());
    });
  }

  /**
   * Returns a future with the reply frame in store memory; it completes when the worker may read.
   */
  CompletableFuture<Tensor> pullLarge(long worker, int layout, long steps) {
    admitRead(worker, layout, steps);
    return gate.read(worker, () -> {
      counters.recordPull((long) length * spec.numberType().bytes());
      return ((StoredWeights) weights).sealReply(updates, gate.applied());
    });
  }

  // ---- snapshots

  @Override
  void releaseGradients() {
    pendingSteps.values().forEach(stepGradients -> stepGradients.fold(kernel));
  }

  /** Does nothing, as a dense table has no key lists. */
  @Override
  void forgetKeyLists() {}

  @Override
  TableSpec spec() {
    return spec;
  }

  @Override
  long firstItem() {
    return start;
  }

  @Override
  long endItem() {
    return start + length;
  }

  @Override
  boolean wants(long from, long to) {
    return from < endItem() && start < to;
  }

  /** Range of parameters of the table that a snapshot contains. */
  private record ItemRange(long from, long to) {
    long count() {
      return Math.max(0, to - from);
    }
  }

  private ItemRange range(SnapshotSelection selection) {
    return switch (selection) {
      case SnapshotSelection.All() -> new ItemRange(start, start + length);
      case SnapshotSelection.ForPart(TablePart to) -> {
        var rangePartition = RangePartition.even(spec.size(), to.shards());
        long from = rangePartition.start(to.index());
        yield new ItemRange(
            Math.max(start, from),
            Math.min(start + length, from + rangePartition.length(to.index())));
      }
    };
  }

  @Override
  ShardSnapshot.Header header(SnapshotSelection selection) {
    releaseGradients();
    var range = range(selection);
    return new ShardSnapshot.Header(
        spec.numberType(),
        1,
        1 + optimizer.stateVectors(),
        range.from(),
        range.count(),
        updates,
        part.layout(),
        gate.applied(),
        workers().slowest(),
        workers().clocks(),
        previousSequences(),
        open(range.count()));
  }

  private List<ShardSnapshot.PendingStep> open(long count) {
    var pendingStep = new ArrayList<ShardSnapshot.PendingStep>();
    pendingSteps.forEach((step, stepGradients) -> stepGradients
        .sums()
        .keySet()
        .forEach(rank -> pendingStep.add(new ShardSnapshot.PendingStep(step, rank, count))));
    return pendingStep;
  }

  @Override
  long sizeOf(SnapshotSelection selection) {
    return ShardSnapshot.sizeOf(header(selection), false);
  }

  @Override
  void write(SnapshotSelection selection, SnapshotOutput output) {
    var header = header(selection);
    var bytes = ShardSnapshot.headerBytes(header);
    output.put(bytes.length, memory -> memory.copyFrom(MemorySegment.ofArray(bytes)));
    int from = (int) (header.start() - start);
    write(output, weights.numbers(), from, (int) header.count());
    for (int i = 0; i < optimizer.stateVectors(); i++) {
      int vector = i;
      SnapshotOutput.forPieces(
          (int) header.count(),
          spec.numberType().bytes(),
          (at, count) ->
              output.put(bytesOf(count), memory -> kernel.copyState(vector, from + at, memory)));
    }
    pendingSteps
        .values()
        .forEach(stepGradients -> stepGradients
            .sums()
            .values()
            .forEach(sum -> write(output, sum, from, (int) header.count())));
  }

  private void write(SnapshotOutput output, MemorySegment numbers, int from, int all) {
    SnapshotOutput.forPieces(
        all,
        spec.numberType().bytes(),
        (at, count) -> output.put(
            bytesOf(count),
            memory -> memory.copyFrom(numbers.asSlice(bytesOf(from + at), bytesOf(count)))));
  }

  private long bytesOf(long count) {
    return count * spec.numberType().bytes();
  }

  @Override
  void adopt(ShardSnapshot snapshot, SnapshotOrigin snapshotOrigin) {
    snapshot.require(spec.numberType(), 1, 1 + optimizer.stateVectors(), false);
    var header = snapshot.header();
    long from = Math.max(start, header.start());
    int count = (int) Math.max(0, Math.min(start + length, header.start() + header.count()) - from);
    if (count > 0) {
      int at = (int) (from - start);
      long there = from - header.start();
      weights
          .target(false)
          .asSlice(bytesOf(at), bytesOf(count))
          .copyFrom(snapshot.vector(0, there, count));
      weights.commit();
      for (int i = 1; i < header.vectors(); i++) {
        kernel.setState(i - 1, at, snapshot.vector(i, there, count));
      }
      if (snapshotOrigin != SnapshotOrigin.RESTORED) {
        adoptOpen(snapshot, at, there, count);
      }
      updates = Math.max(updates, header.updates());
    }
    startFrom(header, snapshotOrigin);
  }

  private void adoptOpen(ShardSnapshot snapshot, int at, long there, int count) {
    int vector = snapshot.header().vectors();
    for (var pendingStep : snapshot.header().pendingSteps()) {
      pendingStep(pendingStep.step())
          .sum(pendingStep.rank())
          .asSlice(bytesOf(at), bytesOf(count))
          .copyFrom(snapshot.vector(vector, there, count));
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
