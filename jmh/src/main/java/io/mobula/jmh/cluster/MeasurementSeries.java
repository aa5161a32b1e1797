package io.mobula.jmh.cluster;

import io.mobula.jmh.measure.QuantityFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Measurements of one operation, one number for each round. Used by one thread. */
final class MeasurementSeries {
  private final String name;
  private final Quantity quantity;
  private final long bytes;
  private final List<Double> rounds = new ArrayList<>();

  /** Meaning of the numbers, and how they are printed. */
  enum Quantity {
    /** Nanoseconds, printed as a time. */
    TIME,
    /** Nanoseconds in which all bytes were moved. */
    THROUGHPUT,
    /** Nanoseconds per operation, printed as a rate. */
    RATE,
    /** Multiple of some other amount. */
    RATIO
  }

  private MeasurementSeries(String name, Quantity quantity, long bytes) {
    this.name = name;
    this.quantity = quantity;
    this.bytes = bytes;
  }

  static MeasurementSeries time(String name) {
    return new MeasurementSeries(name, Quantity.TIME, 0);
  }

  static MeasurementSeries throughput(String name, long bytes) {
    return new MeasurementSeries(name, Quantity.THROUGHPUT, bytes);
  }

  static MeasurementSeries rate(String name) {
    return new MeasurementSeries(name, Quantity.RATE, 0);
  }

  static MeasurementSeries ratio(String name) {
    return new MeasurementSeries(name, Quantity.RATIO, 0);
  }

  void add(double value) {
    rounds.add(value);
  }

  void addNanos(long nanos) {
    rounds.add((double) nanos);
  }

  String name() {
    return name;
  }

  Quantity quantity() {
    return quantity;
  }

  long bytes() {
    return bytes;
  }

  List<Double> rounds() {
    return List.copyOf(rounds);
  }

  /**
   * Returns the median of the rounds; for an even number of rounds, the mean of the two in the
   * middle.
   */
  double median() {
    return median(rounds.stream().mapToDouble(Double::doubleValue).toArray());
  }

  static double median(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("Wanted the median of nothing");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Returns the median, formatted for the table. */
  String cell() {
    double median = median();
    return switch (quantity) {
      case TIME -> QuantityFormat.time(median);
      case THROUGHPUT ->
        String.format(
            Locale.ROOT, "%s, %.0f MB/s", QuantityFormat.time(median), bytes / median * 1e3);
      case RATE -> QuantityFormat.rate(1e9 / median);
      case RATIO -> QuantityFormat.digits(median) + " ×";
    };
  }
}
