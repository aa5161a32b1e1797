package io.mobula.gpu;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * Process that computes on a device.
 *
 * @param pid process id as the driver reports it: that of the host, also inside a container
 * @param memoryBytes device memory of the process; empty if unknown
 */
public record GpuProcess(long pid, OptionalLong memoryBytes) {
  /** Refuses a null memory size. */
  public GpuProcess {
    Objects.requireNonNull(memoryBytes, "memoryBytes");
  }
}
