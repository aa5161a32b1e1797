package io.mobula.jmh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

/** The times of all contenders, round by round, in nanoseconds an operation. Used by one thread. */
final class MeasuredTimes {
  private final IdentityHashMap<TimedOperation, List<Double>> rounds = new IdentityHashMap<>();

  void add(TimedOperation operation, double nanos) {
    rounds.computeIfAbsent(operation, unseen -> new ArrayList<>()).add(nanos);
  }

  /** Whether it has been timed: the command line may leave contenders out. */
  boolean has(TimedOperation operation) {
    return rounds.containsKey(operation);
  }

  /** One time for each round, in the order of the rounds. */
  List<Double> roundsOf(TimedOperation operation) {
    return List.copyOf(Objects.requireNonNull(rounds.get(operation), operation.name()));
  }

  /** The middle one of the rounds; of an even number the mean of the two in the middle. */
  double medianOf(TimedOperation operation) {
    double[] sorted =
        roundsOf(operation).stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
