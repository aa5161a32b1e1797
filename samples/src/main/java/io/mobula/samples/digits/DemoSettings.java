package io.mobula.samples.digits;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What a user may choose about the demonstration.
 *
 * @param nodes how many node processes it runs on; with one, everything is in this process
 * @param shards how many actors the parameters are split over
 * @param workers how many actors compute gradients
 * @param epochs how often each image is learned from
 * @param seed decides the split, the first weights and the order of the images; which gradient
 *     comes first stays open
 * @param plot the PNG to write
 */
public record DemoSettings(int nodes, int shards, int workers, int epochs, long seed, Path plot) {
  /** What runs without any option: a few seconds on two cores. */
  public static final DemoSettings DEFAULT =
      new DemoSettings(1, 4, 2, 60, 7, Path.of("mobula-demo.png"));

  private static final int MOST = 64;
  private static final int MOST_NODES = 16;

  /** Refuses what cannot run, naming the option. */
  public DemoSettings {
    requireBetween("nodes", nodes, MOST_NODES);
    requireBetween("shards", shards, MOST);
    requireBetween("workers", workers, MOST);
    requireBetween("epochs", epochs, 10_000);
    Objects.requireNonNull(plot, "plot");
  }

  private static void requireBetween(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "Wanted " + option + "=" + value + ": it must be from 1 to " + most + ".");
    }
  }
}
