package io.mobula.ps.shard;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of one step of all workers, until they are applied together. They stay where their
 * workers have written them and are summed in one pass at the end, in the order of the workers'
 * ranks, so that the sum is the same to the bit whoever was first; only where a worker pushes a
 * second time are they summed before, so that no more than one of each is kept.
 */
final class Round {
  private final Element element;
  private final int length;
  private final TreeMap<Integer, Held> held = new TreeMap<>();
  private @Nullable MemorySegment sum;

  /** A gradient, and what its worker waits for. */
  private record Held(Gradient gradient, CompletableFuture<@Nullable Void> taken) {}

  Round(Element element, int length) {
    this.element = element;
    this.length = length;
  }

  /** Keeps a gradient; what it returns completes when that can be forgotten by its worker. */
  CompletableFuture<@Nullable Void> add(int rank, Gradient gradient, Kernel kernel) {
    if (held.containsKey(rank) || !gradient.covers(length)) {
      fold(kernel);
    }
    if (!gradient.covers(length)) {
      kernel.add(sum(), gradient);
      return CompletableFuture.completedFuture(null);
    }
    var taken = new CompletableFuture<@Nullable Void>();
    held.put(rank, new Held(gradient, taken));
    return taken;
  }

  /** Sums what there is: no worker's memory is needed any more. */
  void fold(Kernel kernel) {
    if (!held.isEmpty()) {
      var into = sum();
      present().forEach(gradient -> kernel.add(into, gradient));
      done();
    }
  }

  /** The sum of what was {@linkplain #fold folded}; zeros at first. */
  MemorySegment sum() {
    var present = sum;
    if (present == null) {
      present = Kernel.zeros(element, length);
      sum = present;
    }
    return present;
  }

  private List<Gradient> present() {
    var result = new ArrayList<Gradient>();
    for (var each : held.values()) {
      if (each.gradient().isThere()) {
        result.add(each.gradient());
      }
    }
    return result;
  }

  /** What is to be summed and applied, each over the whole range; nothing if nobody has pushed. */
  List<Gradient> gradients() {
    var result = present();
    if (sum != null) {
      result.add(new Gradient(sum, 0, length, 1));
    }
    return result;
  }

  /** All are applied, or part of the sum: their workers may forget them. */
  void done() {
    var all = List.copyOf(held.values());
    held.clear();
    all.forEach(each -> each.taken().complete(null));
  }
}
