package io.mobula.jmh.ps;

import io.mobula.MobulaRuntime;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.SparseTable;
import io.mobula.ps.optimizer.Optimizers;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;

/**
 * Table of sparse pushes to one shard, with gradients of single weights. The million keys follow
 * Zipf's law. One row pushes only new key lists, one does so with copies of hot keys at the worker,
 * and one repeats lists, which are then sent by name only. A step has 64 pushes.
 */
final class SparsePushBench implements ParameterServerBenchSuite.SuiteBench {
  private static final int KEYS = 1_000_000;
  private static final int PER_PUSH = 100_000;
  private static final int LISTS = 40;
  private static final int PUSHES_A_STEP = 64;

  @Override
  public void print(MobulaRuntime runtime, double seconds, PrintStream out) throws Exception {
    out.println("| sparse push, " + KEYS + " keys, Zipf 1.0, " + PER_PUSH
        + " a push, AdaGrad | keys/s | of" + " shard time | bytes a key | goal |");
    out.println("|---|--:|--:|--:|---|");
    var zipf = new ZipfKeys(KEYS, 1.0, 1);
    var lists = new long[LISTS][];
    for (int i = 0; i < LISTS; i++) {
      lists[i] = zipf.keys(PER_PUSH);
    }
    row(runtime, seconds, out, "lists that are new", lists, true, 0);
    row(runtime, seconds, out, "the same, 100 hot keys", lists, true, 100);
    row(runtime, seconds, out, "16 lists again and again", Arrays.copyOf(lists, 16), false, 0);
  }

  private static void row(
      MobulaRuntime runtime,
      double seconds,
      PrintStream out,
      String name,
      long[][] lists,
      boolean fresh,
      int hot)
      throws Exception {
    var gradients = new float[PER_PUSH];
    Arrays.fill(gradients, 0.01f);
    try (var server = ParameterServer.builder(runtime).shards(1).build()) {
      var table = server
          .sparse("keys", 1)
          .optimizer(Optimizers.adagrad(0.1))
          .hotKeys(hot)
          .create();
      try (var worker = table.join(0)) {
        var turn = new int[1];
        var pushed = new long[1];
        MedianTimer.TimedAction push = () -> {
          var keys = lists[turn[0]++ % lists.length];
          if (fresh) {
            keys[turn[0] % PER_PUSH]++; // makes the list differ from all that were sent
          }
          worker.push(keys, gradients);
          pushed[0] += keys.length;
          if (turn[0] % PUSHES_A_STEP == 0) {
            worker.clock();
          }
        };
        MedianTimer.median(Math.max(seconds, 6), push);
        worker.flush();
        var before = ShardTotals.of(table);
        pushed[0] = 0;
        long start = System.nanoTime();
        while (System.nanoTime() - start < seconds * 1e9) {
          push.run();
        }
        worker.flush();
        double took = System.nanoTime() - start;
        var totals = ShardTotals.of(table).minus(before);
        double ofShard = pushed[0] * 1e9 / totals.nanos();
        out.printf(
            Locale.ROOT,
            "| %s | %s | %s | %.1f | %s |%n",
            name,
            QuantityFormat.rate(pushed[0] * 1e9 / took),
            QuantityFormat.rate(ofShard),
            (double) totals.bytes() / pushed[0],
            ofShard >= 20e6 ? "20 M/s on a core, reached" : "20 M/s on a core, **not reached**");
      }
    }
  }

  /** Totals of what the shards have processed. */
  private record ShardTotals(long bytes, long nanos) {
    static ShardTotals of(SparseTable table) {
      long bytes = 0;
      long nanos = 0;
      for (var shard : table.metrics()) {
        bytes += shard.bytesIn();
        nanos += shard.updateNanos();
      }
      return new ShardTotals(bytes, nanos);
    }

    ShardTotals minus(ShardTotals other) {
      return new ShardTotals(bytes - other.bytes, nanos - other.nanos);
    }
  }
}
