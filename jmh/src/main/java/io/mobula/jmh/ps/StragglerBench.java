package io.mobula.jmh.ps;

import io.mobula.MobulaRuntime;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.ps.DenseTable;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.clock.Consistency;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Table of the waiting caused by a straggler, under each consistency rule. Three workers need 5 ms
 * for a step, and in turn each of them needs twice as long for ten steps. Workers sleep in place of
 * computing, so that two cores suffice for three of them.
 */
final class StragglerBench implements ParameterServerBenchSuite.SuiteBench {
  private static final int WORKERS = 3;
  private static final int SIZE = 1000;
  private static final int SLOW_FOR = 10;
  private static final long STEP_NANOS = 5_000_000;

  private static Map<String, Consistency> rules() {
    var rules = new LinkedHashMap<String, Consistency>();
    rules.put("bulk synchronous", Consistency.bulkSynchronous());
    rules.put("staleness 1", Consistency.boundedStaleness(1));
    rules.put("staleness 4", Consistency.boundedStaleness(4));
    rules.put("staleness 16", Consistency.boundedStaleness(16));
    rules.put("asynchronous", Consistency.asynchronous());
    return rules;
  }

  @Override
  public void print(MobulaRuntime runtime, double seconds, PrintStream out) throws Exception {
    out.println("| 3 workers, one at a time twice as slow | steps/s of all | idle |");
    out.println("|---|--:|--:|");
    int steps = (int) Math.max(60, seconds * 1e9 / STEP_NANOS);
    for (var rule : rules().entrySet()) {
      try (var server = ParameterServer.builder(runtime).shards(1).build();
          var threads = Executors.newFixedThreadPool(WORKERS)) {
        var table = server.dense("weights", SIZE).consistency(rule.getValue()).create();
        long start = System.nanoTime();
        double idle = idle(table, steps, threads);
        double took = (System.nanoTime() - start) / 1e9;
        out.printf(
            Locale.ROOT,
            "| %s | %s | %.1f %% |%n",
            rule.getKey(),
            QuantityFormat.rate(WORKERS * steps / took),
            100 * idle / (WORKERS * took));
      }
    }
  }

  private static double idle(DenseTable table, int steps, ExecutorService threads)
      throws Exception {
    var joined = IntStream.range(0, WORKERS).mapToObj(table::join).toList();
    List<Callable<Long>> works = IntStream.range(0, WORKERS)
        .<Callable<Long>>mapToObj(rank -> () -> {
          long waited = 0;
          try (var worker = joined.get(rank)) {
            var gradient = new float[SIZE];
            for (int step = 0; step < steps; step++) {
              long asked = System.nanoTime();
              worker.pull().close();
              waited += System.nanoTime() - asked;
              boolean slow = step / SLOW_FOR % WORKERS == rank;
              LockSupport.parkNanos(slow ? 2 * STEP_NANOS : STEP_NANOS);
              worker.push(gradient);
              worker.clock();
            }
          }
          return waited;
        })
        .toList();
    double sum = 0;
    for (var each : threads.invokeAll(works, 5, TimeUnit.MINUTES)) {
      sum += each.get() / 1e9;
    }
    return sum;
  }
}
