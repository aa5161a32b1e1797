package io.mobula.gpu;

import java.util.List;

/**
 * What a probe found.
 *
 * @param devices those this process may use, healthy or ill, each at its index
 * @param warnings why something could not be asked; empty where all is well, and also where there
 *     is nothing
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
            + devices.get(i).index() + " at place " + i + ": a device is at its index.");
      }
    }
  }

  /** No device, and nothing to say about it. */
  public static ProbeResult empty() {
    return NOTHING;
  }
}
