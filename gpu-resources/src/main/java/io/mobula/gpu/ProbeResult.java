package io.mobula.gpu;

import java.util.List;

/**
 * Result of a probe: the devices and the warnings.
 *
 * @param devices devices that this process may use, healthy or not, each at its index
 * @param warnings reasons why something could not be queried; empty if all is well or if no driver
 *     is installed
 */
public record ProbeResult(List<Accelerator> devices, List<ProbeWarning> warnings) {
  private static final ProbeResult NOTHING = new ProbeResult(List.of(), List.of());

  /** Copies the lists, and refuses devices that are not at their index. */
  public ProbeResult {
    devices = List.copyOf(devices);
    warnings = List.copyOf(warnings);
    for (int i = 0; i < devices.size(); i++) {
      if (devices.get(i).index() != i) {
        throw new IllegalArgumentException("Got device " + devices.get(i).uuid() + " with index "
            + devices.get(i).index() + " at position " + i + ": a device is at its index.");
      }
    }
  }

  /** Returns a result without devices and warnings. */
  public static ProbeResult empty() {
    return NOTHING;
  }
}
