package io.mobula.internal.store;

import io.mobula.error.InvalidRequestException;
import io.mobula.error.SettingsException;
import io.mobula.spi.SpillTarget;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how a store spills.
 *
 * @param plan where to; no directories is nowhere
 * @param threshold down to what share of its capacity a full store spills, above 0 and up to 1
 * @param provider who opens the target; {@code null} for the one on the class path
 */
public record SpillConfig(
    SpillTarget.SpillSettings plan, double threshold, SpillTarget.@Nullable Provider provider) {
  /** Not at all. */
  public static final SpillConfig NONE =
      new SpillConfig(new SpillTarget.SpillSettings(List.of(), 0, 0), 1);

  /** Refuses a threshold that is no share. */
  public SpillConfig {
    requireShare(threshold);
  }

  /** As the settings say, with what is on the class path. */
  public SpillConfig(SpillTarget.SpillSettings plan, double threshold) {
    this(plan, threshold, null);
  }

  /** The same number, if it is above 0 and up to 1. */
  public static double requireShare(double threshold) {
    if (!(threshold > 0 && threshold <= 1)) {
      throw new InvalidRequestException(
          "A spill threshold of " + threshold + ": wanted a share above 0 and up to 1.");
    }
    return threshold;
  }

  /** A new target, or null if nothing is to be spilled. */
  @Nullable
  SpillTarget open() {
    if (provider != null) {
      return provider.open(plan);
    }
    return plan.directories().isEmpty() ? null : found().open(plan);
  }

  private SpillTarget.Provider found() {
    return ServiceLoader.load(SpillTarget.Provider.class, SpillConfig.class.getClassLoader())
        .findFirst()
        .orElseThrow(() -> new SettingsException(
            "Setting mobula.store.spill.directories is " + plan.directories()
                + ", but nothing on the class path can spill: add mobula-cluster-sharding-store.",
            null));
  }
}
