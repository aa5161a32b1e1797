package io.mobula.jmh.ledger;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.placement.Resources;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Rows for placement groups of one node that are created, awaited and removed, one after the other.
 *
 * @param rounds number of rounds of each row, whose median is printed
 * @param seconds duration of each round, half of it for warm-up
 */
record GroupRows(int rounds, double seconds) {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int[] BUNDLES = {1, 8};

  /** Measures and prints the rows. */
  void run(PrintStream out) {
    var settings = Mobula.settings().cpus(64).gpus(8).storeCapacity(1 << 20);
    try (var runtime = Mobula.init(settings)) {
      for (int bundles : BUNDLES) {
        var rates = new double[rounds];
        for (int round = 0; round < rounds; round++) {
          rate(runtime, bundles);
          rates[round] = rate(runtime, bundles);
        }
        LedgerBench.print(out, "a group of " + bundles + " x 1 core and half a device", rates);
      }
    }
  }

  private double rate(MobulaRuntime runtime, int bundles) {
    var each = Resources.none().cpus(1).gpus(0.5);
    long began = System.nanoTime();
    long end = began + (long) (seconds * TimeUnit.SECONDS.toNanos(1) / 2);
    long made = 0;
    while (System.nanoTime() - end < 0) {
      var group = runtime.placementGroup().bundles(bundles, each).create();
      if (!group.await(LIMIT)) {
        throw new IllegalStateException("A group is not ready after " + LIMIT + ".");
      }
      group.remove();
      made++;
    }
    return (double) made * TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - began);
  }
}
