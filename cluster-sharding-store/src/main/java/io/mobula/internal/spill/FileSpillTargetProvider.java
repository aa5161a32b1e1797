package io.mobula.internal.spill;

import io.mobula.spi.SpillTarget;

/** Spills to files. Made by {@link java.util.ServiceLoader}. */
public final class FileSpillTargetProvider implements SpillTarget.Provider {

  /** For the service loader. */
  public FileSpillTargetProvider() {}

  @Override
  public SpillTarget open(SpillTarget.SpillSettings spillSettings) {
    return FileSpillTarget.open(spillSettings);
  }
}
