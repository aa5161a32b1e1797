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
record Rounds(int count, double seconds, PrintStream progress) {
  /**
   * Warms every contender of the rows up, then times them round by round, each round starting with
   * another.
   */
  void time(List<Row> rows, double share, Medians medians) throws Exception {
    var contenders = new LinkedHashSet<Contender>();
    for (var row : rows) {
      contenders.add(row.ours());
      contenders.addAll(row.beside());
    }
    var order = new ArrayList<>(contenders);
    long start = System.nanoTime();
    long warmUp = (long) (seconds * share * 1e9);
    for (var contender : order) {
      contender.nanosPerOperation(warmUp);
    }
    for (int round = 0; round < count; round++) {
      for (var contender : order) {
        medians.add(contender, contender.nanosPerOperation(warmUp / count));
      }
      Collections.rotate(order, 1);
    }
    progress.printf(
        "bench: %s … %s: %s%n",
        rows.getFirst().title(), rows.getLast().title(), Words.time((double)
            (System.nanoTime() - start)));
  }
}
