package io.mobula.jmh.onenode;

import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.jmh.measure.TimedOperation;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Timing of operations in interleaved rounds, so that a machine that is slow for a while slows all
 * of them down.
 *
 * @param count number of rounds
 * @param seconds warm-up time of each operation, and then its measuring time in all rounds together
 * @param progress receives a line for each finished section
 */
record InterleavedRounds(int count, double seconds, PrintStream progress) {
  /**
   * Warms up all operations of the rows, then times them round by round. Each round starts with
   * another operation.
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
