package io.mobula.gpu;

import java.util.List;
import java.util.Objects;

/**
 * Usage of one device at one moment.
 *
 * @param uuid UUID of the device
 * @param load load of the device
 * @param processes processes that compute on the device; those of other containers may be missing
 *     or have process ids of the host
 */
public record DeviceUsage(String uuid, DeviceLoad load, List<GpuProcess> processes) {
  /** Refuses a null component. */
  public DeviceUsage {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(load, "load");
    processes = List.copyOf(processes);
  }
}
