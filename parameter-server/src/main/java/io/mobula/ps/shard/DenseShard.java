package io.mobula.ps.shard;

import io.mobula.MobulaRuntime;
import io.mobula.Tensor;
import io.mobula.ps.compression.CompressedFormatException;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.optimizer.Step;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One range of a dense table: weights, the optimizer's state, the workers' clocks, and who waits
 * for them. One thread.
 */
final class DenseShard extends TableShard {
  private final DenseSpec spec;
  private final int length;
  private final Weights weights;
  private final Kernel kernel;
  private final TreeMap<Long, Round> rounds = new TreeMap<>();
  private long updates;

  DenseShard(MobulaRuntime runtime, DenseSpec spec, int length) {
    super(spec.toString(), spec.consistency());
    this.spec = spec;
    this.length = length;
    this.weights = Weights.of(runtime, spec.element(), length);
    this.kernel = Kernel.of(spec.element(), spec.optimizer(), spec.limits().value(), length);
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
    gate.enter(frame.worker());
    var gradient = gradientOf(frame);
    if (!gate.clocks().isNew(frame.worker(), frame.sequence())) {
      traffic.repeated();
      return CompletableFuture.completedFuture(null);
    }
    traffic.pushed(frame.memory().byteSize());
    if (gate.isBulk()) {
      return rounds
          .computeIfAbsent(gate.clocks().ended(frame.worker()), step -> new Round())
          .add(frame.worker(), gradient, kernel, spec.element(), length);
    }
    apply(List.of(gradient), 1, gradient.from(), gradient.count());
    traffic.updated(System.nanoTime() - began);
    return CompletableFuture.completedFuture(null);
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
    var numbers = new float[frame.count()];
    try {
      spec.compression()
          .decoder()
          .decode(frame.numbers().toArray(ValueLayout.JAVA_BYTE), numbers, 0, numbers.length);
    } catch (CompressedFormatException e) {
      throw new GradientException("A gradient of " + spec + " cannot be read: " + e.getMessage());
    }
    return kernel.ofFloats(numbers);
  }

  private void apply(List<Gradient> gradients, double factor, int first, int count) {
    long number = updates + 1;
    var step = new Step(number, spec.optimizer().rateAt(number));
    kernel.update(
        step, weights.numbers(), weights.target(count == length), gradients, factor, first, count);
    weights.updated();
    updates = number;
  }

  @Override
  void finishBefore(long step) {
    while (!rounds.isEmpty() && rounds.firstKey() < step) {
      finish(rounds.pollFirstEntry().getValue());
    }
  }

  private void finish(Round round) {
    long began = System.nanoTime();
    var gradients = round.gradients(length);
    if (!gradients.isEmpty()) {
      double factor = 1.0 / Math.max(1, gate.clocks().size());
      apply(gradients, factor, 0, length);
    }
    round.done();
    traffic.updated(System.nanoTime() - began);
  }

  // ---- pull

  /** Completes when the worker may read: with the frame of an answer in an array. */
  CompletableFuture<byte[]> pull(long worker) {
    return gate.read(worker, () -> {
      traffic.pulled((long) length * spec.element().bytes());
      return ((ArrayWeights) weights).answer(updates, gate.applied());
    });
  }

  /** The same in store memory. */
  CompletableFuture<Tensor> pullLarge(long worker) {
    return gate.read(worker, () -> {
      traffic.pulled((long) length * spec.element().bytes());
      return ((StoredWeights) weights).answer(updates, gate.applied());
    });
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
