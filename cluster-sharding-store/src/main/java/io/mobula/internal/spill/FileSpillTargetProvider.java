package io.mobula.internal.spill;

import io.mobula.spi.SpillTarget;

/** Provider of targets that spill to files. Made by {@link java.util.ServiceLoader}. */
public final class FileSpillTargetProvider implements SpillTarget.Provider {

  /** Creates the provider for {@link java.util.ServiceLoader}. */
  public FileSpillTargetProvider() {}

  @Override
  public SpillTarget open(SpillTarget.SpillSettings spillSettings) {
    return FileSpillTarget.open(spillSettings);
  }
}
