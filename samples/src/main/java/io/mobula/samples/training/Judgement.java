package io.mobula.samples.training;

import java.util.List;
import java.util.Locale;

/**
 * What a model is worth on examples that were held out.
 *
 * @param accuracy the share that it predicts right, from 0 to 1
 * @param more other shares, where they say more than that
 */
public record Judgement(double accuracy, List<Share> more) {
  /** Keeps a copy. */
  public Judgement {
    more = List.copyOf(more);
  }

  /** A judgement by shares, the accuracy first. */
  public static Judgement of(double accuracy, Share... more) {
    return new Judgement(accuracy, List.of(more));
  }

  /**
   * A share with a name.
   *
   * @param name what people call it, one word
   * @param value from 0 to 1
   */
  public record Share(String name, double value) {
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
