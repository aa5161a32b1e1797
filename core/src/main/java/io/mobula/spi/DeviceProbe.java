package io.mobula.spi;

import java.util.List;

/**
 * Probe of a node's accelerators and their health. Called when the node starts and periodically
 * after that, by one thread that may be blocked; implementations limit the time of drivers that
 * hang.
 */
public interface DeviceProbe extends AutoCloseable {

  /**
   * Probes the devices again. Throws nothing, whatever it finds; a device that was reported once
   * and is gone is reported as unhealthy.
   */
  DetectedDevices probe();

  /** Releases the drivers of devices. */
  @Override
  void close();

  /**
   * Result of a probe.
   *
   * @param devices each device at its index
   * @param warnings what could not be probed and why, for people; empty if nothing
   */
  record DetectedDevices(List<Device> devices, List<String> warnings) {
    /** Copies both list arguments. */
    public DetectedDevices {
      devices = List.copyOf(devices);
      warnings = List.copyOf(warnings);
    }
  }
}
