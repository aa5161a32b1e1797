package io.mobula.jmh.ray;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * Measured rate of a workload.
 *
 * @param name of the workload
 * @param unit what is counted per second
 * @param rounds rate of each round
 */
record WorkloadRate(String name, String unit, List<Double> rounds) {
  WorkloadRate {
    rounds = List.copyOf(rounds);
  }

  private DoubleStream numbers() {
    return rounds.stream().mapToDouble(Double::doubleValue);
  }

  double mean() {
    return numbers().average().orElse(Double.NaN);
  }

  /** Returns the standard deviation over all rounds, as numpy's {@code std}. */
  double deviation() {
    double mean = mean();
    return Math.sqrt(numbers().map(r -> (r - mean) * (r - mean)).average().orElse(Double.NaN));
  }

  /** Returns the line in the format of {@code ray microbenchmark}. */
  String line() {
    return String.format(Locale.ROOT, "%s per second %.2f +- %.2f", name, mean(), deviation());
  }

  String json() {
    var each = rounds.stream()
        .map(r -> String.format(Locale.ROOT, "%.3f", r))
        .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "{\"name\": \"%s\", \"unit\": \"%s/s\", \"mean\": %.3f, \"stddev\": %.3f, \"rounds\": [%s]}",
        name,
        unit,
        mean(),
        deviation(),
        each);
  }
}
