package io.mobula.gpu;

import java.util.List;

/**
 * What tells which accelerators this process may use, and how they are. The result is immutable;
 * the probe itself remembers what it has seen, so that a device that disappears is told as ill and
 * not forgotten.
 *
 * <p>Both questions block, for milliseconds as a rule and for as long as a driver hangs at worst
 * (there is a limit). Ask from a thread that may wait. Safe for use by many threads.
 */
public interface AcceleratorProbe extends AutoCloseable {

  /**
   * Looks anew. Never throws for what it finds or does not find: a driver that is missing leaves
   * the list empty, one that is broken is among the warnings.
   */
  ProbeResult probe();

  /**
   * How busy the devices are now, in the order of the last {@link #probe()}; those that do not
   * answer are missing.
   */
  List<DeviceUsage> sample();

  /** Lets go of the drivers. What was asked of it before stays valid. */
  @Override
  void close();
}
