package io.mobula.spi;

import java.util.OptionalInt;

/** What opens the {@link DeviceProbe} of a node; found by {@link java.util.ServiceLoader}. */
public interface DeviceProbeFactory {

  /**
   * Opens it; no driver is asked yet.
   *
   * @param declared how many devices there are by the user's word: the first of more, or made up to
   *     be more; empty for those that are found
   */
  DeviceProbe open(OptionalInt declared);
}
