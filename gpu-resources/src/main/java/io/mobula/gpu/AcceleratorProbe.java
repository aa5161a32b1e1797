package io.mobula.gpu;

import java.util.List;

/**
 * Probe that finds the accelerators that this process may use, with their health. Results are
 * immutable. The probe remembers the devices that it has seen: a device that disappears is reported
 * as unhealthy and not forgotten.
 *
 * <p>Both queries block, usually for milliseconds, at worst until a time limit when a driver hangs.
 * Call them from a thread that may wait. Safe for all threads.
 */
public interface AcceleratorProbe extends AutoCloseable {

  /**
   * Queries the drivers anew. Never throws because of what it finds: a missing driver leads to an
   * empty list, a broken one to a warning.
   */
  ProbeResult probe();

  /**
   * Returns the present usage of the devices, in the order of the last {@link #probe()}. Devices
   * that do not answer are missing.
   */
  List<DeviceUsage> sample();

  /** Releases the drivers' resources. Earlier results stay valid. */
  @Override
  void close();
}
