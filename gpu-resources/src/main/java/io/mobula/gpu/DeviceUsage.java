package io.mobula.gpu;

import java.util.List;
import java.util.Objects;

/**
 * How busy a device was at one moment.
 *
 * @param uuid which device
 * @param load what it does
 * @param processes for whom; those of other containers may be missing, or have numbers of the host
 */
public record DeviceUsage(String uuid, DeviceLoad load, List<GpuProcess> processes) {
  /** Refuses null. */
  public DeviceUsage {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(load, "load");
    processes = List.copyOf(processes);
  }
}
