package io.mobula.ps.shard;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of one step of all workers, until they are applied together. They stay where their
 * workers have written them and are summed in one pass at the end; only where a worker pushes a
 * second time are they summed before, so that no more than one of each is kept.
 */
final class Round {
  private final Map<Long, Held> held = new HashMap<>();
  private @Nullable MemorySegment sum;

  /** A gradient, and what its worker waits for. */
  private record Held(Gradient gradient, CompletableFuture<@Nullable Void> taken) {}

  /** Keeps a gradient; what it returns completes when that can be forgotten by its worker. */
  CompletableFuture<@Nullable Void> add(
      long worker, Gradient gradient, Kernel kernel, Element element, int length) {
    if (held.containsKey(worker) || !gradient.covers(length)) {
      fold(kernel, element, length);
    }
    if (!gradient.covers(length)) {
      kernel.add(sum(element, length), gradient);
      return CompletableFuture.completedFuture(null);
    }
    var taken = new CompletableFuture<@Nullable Void>();
    held.put(worker, new Held(gradient, taken));
    return taken;
  }

  private void fold(Kernel kernel, Element element, int length) {
    if (!held.isEmpty()) {
      var into = sum(element, length);
      present().forEach(gradient -> kernel.add(into, gradient));
      done();
    }
  }

  private MemorySegment sum(Element element, int length) {
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
  List<Gradient> gradients(int length) {
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
