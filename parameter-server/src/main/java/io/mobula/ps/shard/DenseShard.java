package io.mobula.ps.shard;

import io.mobula.MobulaRuntime;
import io.mobula.ps.clock.Clocks;
import io.mobula.ps.compression.CompressedFormatException;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.WorkerEvictedException;
import io.mobula.ps.optimizer.Step;
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
final class DenseShard {
  private final DenseSpec spec;
  private final int length;
  private final Weights weights;
  private final Kernel kernel;
  private final Clocks clocks = new Clocks();
  private final Traffic traffic = new Traffic();
  private final TreeMap<Long, Round> rounds = new TreeMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private long updates;
  private long applied;

  /** Somebody who may not read yet; {@code answer} runs when the slowest has come far enough. */
  private record Waiting(long worker, Runnable answer) {}

  DenseShard(MobulaRuntime runtime, DenseSpec spec, int length) {
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

  Clocks clocks() {
    return clocks;
  }

  // ---- push

  /** Applies a gradient, or keeps it until its step is over; completes when it is taken in. */
  CompletableFuture<@Nullable Void> push(Frame frame) {
    long began = System.nanoTime();
    requireMember(frame.worker());
    clocks.seen(frame.worker(), began);
    var gradient = gradientOf(frame);
    if (!clocks.isNew(frame.worker(), frame.sequence())) {
      traffic.repeated();
      return CompletableFuture.completedFuture(null);
    }
    traffic.pushed(frame.memory().byteSize());
    if (spec.consistency().isBulk()) {
      return rounds
          .computeIfAbsent(clocks.ended(frame.worker()), step -> new Round())
          .add(frame.worker(), gradient, kernel, spec.element(), length);
    }
    apply(List.of(gradient), 1, gradient.from(), gradient.count());
    traffic.updated(System.nanoTime() - began);
    return CompletableFuture.completedFuture(null);
  }

  private void requireMember(long worker) {
    if (!clocks.has(worker)) {
      throw new WorkerEvictedException(
          "This worker is none of " + spec.name()
              + " any more: it was closed, another joined with its rank, or it did not call clock() for "
              + spec.consistency().patience() + " while others waited. Join again.",
          null);
    }
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

  // ---- clocks

  /** A worker has ended that many steps. */
  void clock(long worker, long steps) {
    requireMember(worker);
    clocks.end(worker, steps, System.nanoTime());
    settle();
  }

  /** Applies the steps that all have ended, and answers those who may read now. */
  void settle() {
    long slowest = clocks.slowest();
    while (!rounds.isEmpty() && rounds.firstKey() < slowest) {
      finish(rounds.pollFirstEntry().getValue());
    }
    applied = slowest;
    var ready = new ArrayList<Waiting>();
    waiting.removeIf(each -> {
      boolean goes = mayRead(each.worker()) || !clocks.has(each.worker());
      if (goes) {
        ready.add(each);
      }
      return goes;
    });
    ready.forEach(each -> each.answer().run());
  }

  private void finish(Round round) {
    long began = System.nanoTime();
    var gradients = round.gradients(length);
    if (!gradients.isEmpty()) {
      double factor = 1.0 / Math.max(1, clocks.size());
      apply(gradients, factor, 0, length);
    }
    round.done();
    traffic.updated(System.nanoTime() - began);
  }

  private boolean mayRead(long worker) {
    return spec.consistency().mayRead(clocks.ended(worker), applied);
  }

  // ---- pull

  /** Completes when the worker may read, which strangers always may. */
  <T> CompletableFuture<T> pull(long worker, Supplier<T> answer) {
    clocks.seen(worker, System.nanoTime());
    if (!clocks.has(worker) || mayRead(worker)) {
      return CompletableFuture.completedFuture(answered(worker, answer));
    }
    var later = new CompletableFuture<T>();
    waiting.add(new Waiting(worker, () -> answerLater(worker, later, answer)));
    traffic.waited();
    return later;
  }

  private <T> void answerLater(long worker, CompletableFuture<T> later, Supplier<T> answer) {
    try {
      requireMember(worker);
      later.complete(answered(worker, answer));
    } catch (RuntimeException e) {
      later.completeExceptionally(e);
    }
  }

  private <T> T answered(long worker, Supplier<T> answer) {
    long ahead = clocks.has(worker) ? clocks.ended(worker) - applied : 0;
    traffic.pulled((long) length * spec.element().bytes(), ahead);
    return answer.get();
  }

  /** See {@link ArrayWeights#answer}. */
  byte[] small() {
    return ((ArrayWeights) weights).answer(updates, applied);
  }

  /** See {@link StoredWeights#answer}. */
  io.mobula.Tensor large() {
    return ((StoredWeights) weights).answer(updates, applied);
  }

  long updates() {
    return updates;
  }

  /** What has happened here so far. */
  ShardMetrics metrics() {
    return traffic.metrics(updates, waiting.size(), clocks.size());
  }

  void close() {
    weights.close();
  }
}
