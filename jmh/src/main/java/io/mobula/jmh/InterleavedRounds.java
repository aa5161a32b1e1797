package io.mobula.jmh;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Times contenders in interleaved rounds, so that a machine that slows down for a while slows down
 * all of them.
 *
 * @param count how many rounds
 * @param seconds for how long each contender is warmed up, and then timed in all rounds together
 * @param progress where each finished section gets a line
 */
record InterleavedRounds(int count, double seconds, PrintStream progress) {
  /**
   * Warms every contender of the rows up, then times them round by round, each round starting with
   * another.
   */
  void time(List<BenchmarkRow> rows, double share, MeasuredTimes measuredTimes) throws Exception {
    var operations = new LinkedHashSet<TimedOperation>();
    for (var row : rows) {
      operations.add(row.ours());
      operations.addAll(row.baselines());
    }
    var order = new ArrayList<>(operations);
    long start = System.nanoTime();
    long warmUp = (long) (seconds * share * 1e9);
    for (var operation : order) {
      operation.nanosPerOperation(warmUp);
    }
    for (int round = 0; round < count; round++) {
      for (var contender : order) {
        measuredTimes.add(contender, contender.nanosPerOperation(warmUp / count));
      }
      Collections.rotate(order, 1);
    }
    progress.printf(
        "bench: %s … %s: %s%n",
        rows.getFirst().title(), rows.getLast().title(), QuantityFormat.time((double)
            (System.nanoTime() - start)));
  }
}
