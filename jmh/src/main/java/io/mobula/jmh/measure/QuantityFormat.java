package io.mobula.jmh.measure;

import java.util.Locale;

/** Formatting of sizes, times and rates for people. */
public final class QuantityFormat {
  private static final long KB = 1024;
  private static final long MB = 1024 * KB;

  private QuantityFormat() {}

  /** Returns a size such as {@code 16 KB}; 1 KB is 1024 bytes. */
  public static String size(long bytes) {
    return bytes >= MB ? bytes / MB + " MB" : bytes >= KB ? bytes / KB + " KB" : bytes + " B";
  }

  /** Returns a time such as {@code 1.25 µs}. */
  public static String time(double nanos) {
    if (nanos < 1e3) {
      return digits(nanos) + " ns";
    }
    return nanos < 1e6
        ? digits(nanos / 1e3) + " µs"
        : nanos < 1e9 ? digits(nanos / 1e6) + " ms" : digits(nanos / 1e9) + " s";
  }

  /** Returns a rate such as {@code 410 k/s}. */
  public static String rate(double perSecond) {
    return perSecond >= 1e6
        ? digits(perSecond / 1e6) + " M/s"
        : perSecond >= 1e3 ? digits(perSecond / 1e3) + " k/s" : digits(perSecond) + "/s";
  }

  /** Returns a number with three significant digits. */
  public static String digits(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  }
}
