package io.mobula.jmh.onenode;

import io.mobula.jmh.measure.TimedOperation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

/**
 * Measured times of all operations, round by round, in nanoseconds per operation. Used by one
 * thread.
 */
final class MeasuredTimes {
  private final IdentityHashMap<TimedOperation, List<Double>> rounds = new IdentityHashMap<>();

  void add(TimedOperation operation, double nanos) {
    rounds.computeIfAbsent(operation, unseen -> new ArrayList<>()).add(nanos);
  }

  /** Returns whether the operation has been timed: {@code --only} may leave operations out. */
  boolean has(TimedOperation operation) {
    return rounds.containsKey(operation);
  }

  /** Returns one time for each round, in the order of the rounds. */
  List<Double> roundsOf(TimedOperation operation) {
    return List.copyOf(Objects.requireNonNull(rounds.get(operation), operation.name()));
  }

  /**
   * Returns the median of the rounds; for an even number of rounds, the mean of the two in the
   * middle.
   */
  double medianOf(TimedOperation operation) {
    double[] sorted =
        roundsOf(operation).stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
