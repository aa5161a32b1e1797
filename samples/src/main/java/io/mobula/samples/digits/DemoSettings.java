package io.mobula.samples.digits;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Settings of the demonstration.
 *
 * @param nodes number of node processes; with one, everything runs in this process
 * @param shards number of actors that share the parameters
 * @param workers number of actors that compute gradients
 * @param epochs how often each image is used
 * @param seed determines the split, the first weights and the order of the images, but not which
 *     gradient arrives first
 * @param plot PNG file to write
 */
public record DemoSettings(int nodes, int shards, int workers, int epochs, long seed, Path plot) {
  /** Default settings, which run for a few seconds on two cores. */
  public static final DemoSettings DEFAULT =
      new DemoSettings(1, 4, 2, 60, 7, Path.of("mobula-demo.png"));

  private static final int MAX_COUNT = 64;
  private static final int MAX_NODES = 16;

  /** Refuses values out of range, naming the option. */
  public DemoSettings {
    requireBetween("nodes", nodes, MAX_NODES);
    requireBetween("shards", shards, MAX_COUNT);
    requireBetween("workers", workers, MAX_COUNT);
    requireBetween("epochs", epochs, 10_000);
    Objects.requireNonNull(plot, "plot");
  }

  private static void requireBetween(String option, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(
          "Wanted " + option + "=" + value + ": it must be from 1 to " + max + ".");
    }
  }
}
