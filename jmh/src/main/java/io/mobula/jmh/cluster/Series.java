package io.mobula.jmh.cluster;

import io.mobula.jmh.QuantityFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What was measured of one thing, a number for each round. Used by one thread. */
final class Series {
  private final String name;
  private final Reading reading;
  private final long bytes;
  private final List<Double> rounds = new ArrayList<>();

  /** What the numbers are, and how they are printed. */
  enum Reading {
    /** Nanoseconds, printed as a time. */
    TIME,
    /** Nanoseconds in which all bytes moved. */
    MOVED,
    /** Nanoseconds an operation, printed as a rate. */
    RATE,
    /** How many times something else. */
    TIMES
  }

  private Series(String name, Reading reading, long bytes) {
    this.name = name;
    this.reading = reading;
    this.bytes = bytes;
  }

  static Series time(String name) {
    return new Series(name, Reading.TIME, 0);
  }

  static Series moved(String name, long bytes) {
    return new Series(name, Reading.MOVED, bytes);
  }

  static Series rate(String name) {
    return new Series(name, Reading.RATE, 0);
  }

  static Series times(String name) {
    return new Series(name, Reading.TIMES, 0);
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

  Reading reading() {
    return reading;
  }

  long bytes() {
    return bytes;
  }

  List<Double> rounds() {
    return List.copyOf(rounds);
  }

  /** The middle one of the rounds; of an even number the mean of the two in the middle. */
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

  /** The median, as the table has it. */
  String cell() {
    double median = median();
    return switch (reading) {
      case TIME -> QuantityFormat.time(median);
      case MOVED ->
        String.format(Locale.ROOT, "%s, %.0f MB/s", QuantityFormat.time(median), bytes / median * 1e3);
      case RATE -> QuantityFormat.rate(1e9 / median);
      case TIMES -> QuantityFormat.digits(median) + " ×";
    };
  }
}
