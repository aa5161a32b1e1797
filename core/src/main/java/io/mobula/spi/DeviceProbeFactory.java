package io.mobula.spi;

import java.util.OptionalInt;

/** Factory of the {@link DeviceProbe} of a node, found by {@link java.util.ServiceLoader}. */
public interface DeviceProbeFactory {

  /**
   * Opens the probe without asking any driver yet.
   *
   * @param declared number of devices that the user declared: the first of those found, or
   *     placeholders if there are fewer; empty to use all that are found
   */
  DeviceProbe open(OptionalInt declared);
}
