package io.mobula.samples.training;

import java.util.List;
import java.util.Locale;

/**
 * Evaluation of a model on held-out examples.
 *
 * @param accuracy share of correct predictions, from 0 to 1
 * @param metrics further metrics, where they are informative
 */
public record EvaluationResult(double accuracy, List<Metric> metrics) {
  /** Copies the list of metrics. */
  public EvaluationResult {
    metrics = List.copyOf(metrics);
  }

  /** Returns an evaluation with an accuracy and further metrics. */
  public static EvaluationResult of(double accuracy, Metric... more) {
    return new EvaluationResult(accuracy, List.of(more));
  }

  /**
   * Metric with a name.
   *
   * @param name name for people, one word
   * @param value from 0 to 1
   */
  public record Metric(String name, double value) {
    /** Returns the name, {@code =} and three digits. */
    @Override
    public String toString() {
      return name + "=" + shown(value);
    }
  }

  /** Formats with three digits, never rounded up: 0.8499 is not 0.850. */
  static String shown(double share) {
    return String.format(Locale.ROOT, "%.3f", Math.floor(share * 1000) / 1000);
  }
}
