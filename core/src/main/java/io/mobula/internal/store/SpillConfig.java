package io.mobula.internal.store;

import io.mobula.error.InvalidRequestException;
import io.mobula.error.SettingsException;
import io.mobula.spi.SpillTarget;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of how a store spills.
 *
 * @param plan where to spill; without directories nothing is spilled
 * @param threshold the share of its capacity down to which a full store spills, above 0 and up to 1
 * @param provider opens the target; {@code null} for the one on the class path
 */
public record SpillConfig(
    SpillTarget.SpillSettings plan, double threshold, SpillTarget.@Nullable Provider provider) {
  /** Configuration of a store that does not spill. */
  public static final SpillConfig NONE =
      new SpillConfig(new SpillTarget.SpillSettings(List.of(), 0, 0), 1);

  /** Refuses a threshold outside of the range. */
  public SpillConfig {
    requireShare(threshold);
  }

  /** Creates the configuration with the provider on the class path. */
  public SpillConfig(SpillTarget.SpillSettings plan, double threshold) {
    this(plan, threshold, null);
  }

  /** Returns the same number if it is above 0 and up to 1, else throws. */
  public static double requireShare(double threshold) {
    if (!(threshold > 0 && threshold <= 1)) {
      throw new InvalidRequestException(
          "A spill threshold of " + threshold + ": wanted a share above 0 and up to 1.");
    }
    return threshold;
  }

  /** Opens a new target, or returns null if nothing is to be spilled. */
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
