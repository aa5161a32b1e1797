package io.mobula.ps.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of all workers for one step, kept until they are applied together. They stay in the
 * memory where the workers have written them, and are summed in one pass at the end, in the order
 * of the workers' ranks, so that the sum is the same to the bit whatever the order of arrival. If a
 * worker pushes a second time, all are summed earlier, so that at most one sum per worker is kept.
 */
public final class StepGradients {
  private static final int ALL = -1;

  private final NumberType numberType;
  private final int length;
  private final boolean perWorker;
  private final TreeMap<Integer, PendingGradient> pending = new TreeMap<>();
  private final TreeMap<Integer, MemorySegment> sums = new TreeMap<>();

  /** Gradient with the future that its worker waits for. */
  private record PendingGradient(Gradient gradient, CompletableFuture<@Nullable Void> taken) {}

  /**
   * Creates a step without gradients.
   *
   * @param each whether the gradients of each worker are needed separately at the end; else only
   *     their sum is kept
   */
  public StepGradients(NumberType numberType, int length, boolean each) {
    this.numberType = numberType;
    this.length = length;
    this.perWorker = each;
  }

  /** Keeps a gradient; the returned future completes when the worker may forget it. */
  public CompletableFuture<@Nullable Void> add(int rank, Gradient gradient, DenseKernel kernel) {
    if (pending.containsKey(rank) || sums.containsKey(rank) || !gradient.covers(length)) {
      fold(kernel);
      kernel.add(sum(rank), gradient);
      return CompletableFuture.completedFuture(null);
    }
    var taken = new CompletableFuture<@Nullable Void>();
    pending.put(rank, new PendingGradient(gradient, taken));
    return taken;
  }

  /** Sums all gradients and acknowledges them, so that no worker's memory is needed any more. */
  public void fold(DenseKernel kernel) {
    sumUp(kernel);
    complete();
  }

  private void sumUp(DenseKernel kernel) {
    var fresh = new TreeMap<Integer, MemorySegment>(); // all or none, in case memory runs out
    for (int rank : pending.keySet()) {
      int to = perWorker ? rank : ALL;
      if (!sums.containsKey(to)) {
        fresh.computeIfAbsent(to, absent -> DenseKernel.zeros(numberType, length));
      }
    }
    sums.putAll(fresh);
    pending.forEach((rank, one) -> {
      if (one.gradient().isReadable()) {
        kernel.add(sum(rank), one.gradient());
      }
    });
  }

  /**
   * Fails the workers' futures, as the step cannot be applied now. The gradients are
   * {@linkplain #fold folded} into sums for the next attempt.
   */
  public void refuse(DenseKernel kernel, Supplier<RuntimeException> why) {
    sumUp(kernel);
    forget().forEach(each -> each.taken().completeExceptionally(why.get()));
  }

  /** Returns the sum that a worker's gradients are {@linkplain #fold folded} into. */
  public MemorySegment sum(int rank) {
    return sums.computeIfAbsent(
        perWorker ? rank : ALL, absent -> DenseKernel.zeros(numberType, length));
  }

  /** Returns the sums by rank; a single one where the total is enough. */
  public SortedMap<Integer, MemorySegment> sums() {
    return sums;
  }

  private List<Gradient> present() {
    var result = new ArrayList<Gradient>();
    for (var each : pending.values()) {
      if (each.gradient().isReadable()) {
        result.add(each.gradient());
      }
    }
    return result;
  }

  /**
   * Returns the gradients to be summed and applied, each over the whole range; none if no worker
   * has pushed.
   */
  public List<Gradient> gradients() {
    var result = present();
    sums.values().forEach(sum -> result.add(new Gradient(sum, 0, length, 1)));
    return result;
  }

  /**
   * Acknowledges all gradients, once they are applied or summed, so that their workers may forget
   * them.
   */
  public void complete() {
    forget().forEach(each -> each.taken().complete(null));
  }

  private List<PendingGradient> forget() {
    var all = List.copyOf(pending.values());
    pending.clear();
    return all;
  }
}
