package io.mobula.samples.training;

import java.util.List;
import java.util.Locale;

/**
 * What a model is worth on examples that were held out.
 *
 * @param accuracy the share that it predicts right, from 0 to 1
 * @param metrics other shares, where they say more than that
 */
public record EvaluationResult(double accuracy, List<Metric> metrics) {
  /** Keeps a copy. */
  public EvaluationResult {
    metrics = List.copyOf(metrics);
  }

  /** A judgement by shares, the accuracy first. */
  public static EvaluationResult of(double accuracy, Metric... more) {
    return new EvaluationResult(accuracy, List.of(more));
  }

  /**
   * A share with a name.
   *
   * @param name what people call it, one word
   * @param value from 0 to 1
   */
  public record Metric(String name, double value) {
    /** The name, {@code =} and three digits. */
    @Override
    public String toString() {
      return name + "=" + shown(value);
    }
  }

  /** Three digits, never rounded up: 0.8499 is not 0.850. */
  static String shown(double share) {
    return String.format(Locale.ROOT, "%.3f", Math.floor(share * 1000) / 1000);
  }
}
