package io.mobula.spi;

import java.util.List;

/**
 * What tells a node which accelerators it has and how they are. Called by one thread that may be
 * blocked, when the node starts and now and then after; it has a limit for drivers that hang.
 */
public interface DeviceProbe extends AutoCloseable {

  /**
   * Looks anew. Throws nothing for what it finds or does not find; a device that it has told once
   * and that is gone is told as ill.
   */
  DetectedDevices probe();

  /** Lets go of the drivers. */
  @Override
  void close();

  /**
   * What was found.
   *
   * @param devices each at its index
   * @param warnings what could not be asked and why, for people; empty where there is nothing
   */
  record DetectedDevices(List<Device> devices, List<String> warnings) {
    /** Copies the lists. */
    public DetectedDevices {
      devices = List.copyOf(devices);
      warnings = List.copyOf(warnings);
    }
  }
}
