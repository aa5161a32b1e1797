package io.mobula.ps.kernel;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of one step of all workers, until they are applied together. They stay where their
 * workers have written them and are summed in one pass at the end, in the order of the workers'
 * ranks, so that the sum is the same to the bit whoever was first; only where a worker pushes a
 * second time are they summed before, so that no more than one of each is kept.
 */
public final class StepGradients {
  private static final int ALL = -1;

  private final NumberType numberType;
  private final int length;
  private final boolean perWorker;
  private final TreeMap<Integer, PendingGradient> pending = new TreeMap<>();
  private final TreeMap<Integer, MemorySegment> sums = new TreeMap<>();

  /** A gradient, and what its worker waits for. */
  private record PendingGradient(Gradient gradient, CompletableFuture<@Nullable Void> taken) {}

  /**
   * One without gradients.
   *
   * @param each whether those of each worker are to be known at the end; else only their sum is
   */
  public StepGradients(NumberType numberType, int length, boolean each) {
    this.numberType = numberType;
    this.length = length;
    this.perWorker = each;
  }

  /** Keeps a gradient; what it returns completes when that can be forgotten by its worker. */
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

  /** Sums what there is: no worker's memory is needed any more. */
  public void fold(DenseKernel kernel) {
    sumUp(kernel);
    complete();
  }

  private void sumUp(DenseKernel kernel) {
    var fresh = new TreeMap<Integer, MemorySegment>(); // all or none, if there is no memory
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
   * They cannot be applied now, and their workers are told so: {@linkplain #fold folds} them, so
   * that they are there for another try.
   */
  public void refuse(DenseKernel kernel, Supplier<RuntimeException> why) {
    sumUp(kernel);
    forget().forEach(each -> each.taken().completeExceptionally(why.get()));
  }

  /** The sum that a worker's gradients go to when they are {@linkplain #fold folded}. */
  public MemorySegment sum(int rank) {
    return sums.computeIfAbsent(
        perWorker ? rank : ALL, absent -> DenseKernel.zeros(numberType, length));
  }

  /** The sums, by rank; one for all where that is enough. */
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

  /** What is to be summed and applied, each over the whole range; nothing if nobody has pushed. */
  public List<Gradient> gradients() {
    var result = present();
    sums.values().forEach(sum -> result.add(new Gradient(sum, 0, length, 1)));
    return result;
  }

  /** All are applied, or part of the sum: their workers may forget them. */
  public void complete() {
    forget().forEach(each -> each.taken().complete(null));
  }

  private List<PendingGradient> forget() {
    var all = List.copyOf(pending.values());
    pending.clear();
    return all;
  }
}
