package io.mobula.jmh.ps;

import io.mobula.MobulaRuntime;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.ps.DenseWorker;
import io.mobula.ps.GradientSlot;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Table of pushes of dense gradients of 100 MB in store memory to one shard, timed until they are
 * applied, beside a copy of as many bytes by one thread.
 */
final class PushBench implements ParameterServerBenchSuite.SuiteBench {
  private static final int SIZE = 25_000_000;
  private static final long BYTES = 4L * SIZE;
  private static final int AT_ONCE = 8;

  /**
   * Byte that fills the gradients: four of them are the float 0.0115. Smaller ones would lead to
   * denormal floats, which are slow.
   */
  private static final byte NUMBER = 0x3c;

  private static final Map<String, Optimizer> OPTIMIZERS = optimizers();
  private static final Map<String, Double> GOALS = Map.of("SGD", 0.6, "Adam", 0.24);

  private static Map<String, Optimizer> optimizers() {
    var all = new LinkedHashMap<String, Optimizer>();
    all.put("SGD", Optimizers.sgd(1e-3));
    all.put("momentum", Optimizers.momentum(1e-3, 0.9));
    all.put("AdaGrad", Optimizers.adagrad(1e-3));
    all.put("Adam", Optimizers.adam(1e-3));
    return all;
  }

  @Override
  public void print(MobulaRuntime runtime, double seconds, PrintStream out) throws Exception {
    out.println("| push of 100 MB, one shard thread | a push | copy of 100 MB | ratio | goal |");
    out.println("|---|--:|--:|--:|---|");
    try (var arena = Arena.ofShared()) {
      var from = arena.allocate(BYTES, 64).fill(NUMBER);
      var to = arena.allocate(BYTES, 64);
      for (var each : OPTIMIZERS.entrySet()) {
        try (var server = ParameterServer.builder(runtime).shards(1).build();
            var worker = server
                .dense("weights", SIZE)
                .optimizer(each.getValue())
                .create()
                .join(0, AT_ONCE)) {
          double copy =
              MedianTimer.median(seconds, () -> MemorySegment.copy(from, 0, to, 0, BYTES));
          double push = push(worker, seconds);
          double again =
              MedianTimer.median(seconds, () -> MemorySegment.copy(from, 0, to, 0, BYTES));
          print(out, each.getKey(), push, (copy + again) / 2);
        }
      }
    }
  }

  private static void print(PrintStream out, String name, double push, double copy) {
    var goal = GOALS.get(name);
    double ratio = copy / push;
    out.printf(
        Locale.ROOT,
        "| %s | %s, %.1f GB/s | %s, %.1f GB/s | %.2f | %s |%n",
        name,
        QuantityFormat.time(push),
        BYTES / push,
        QuantityFormat.time(copy),
        BYTES / copy,
        ratio,
        goal == null ? "" : goal + (ratio >= goal ? ", reached" : ", **not reached**"));
  }

  /**
   * Returns the time of one push among several in flight; the gradient slots are written before the
   * clock starts.
   */
  private static double push(DenseWorker worker, double seconds) throws Exception {
    var times = new ArrayList<Double>();
    long end = System.nanoTime() + (long) (2 * seconds * 1e9);
    while (System.nanoTime() - end < 0 || times.size() < 8) {
      var slots = new ArrayList<GradientSlot>();
      for (int i = 0; i < AT_ONCE; i++) {
        var slot = worker.claim();
        slot.segment(0).fill(NUMBER);
        slots.add(slot);
      }
      long start = System.nanoTime();
      slots.forEach(worker::push);
      worker.flush();
      times.add((System.nanoTime() - start) / (double) AT_ONCE);
    }
    var warm = times.subList(times.size() / 2, times.size()).stream().sorted().toList();
    return warm.get(warm.size() / 2);
  }
}
