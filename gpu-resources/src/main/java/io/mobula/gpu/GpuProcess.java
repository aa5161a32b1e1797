package io.mobula.gpu;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * A process that computes on a device.
 *
 * @param pid as the driver numbers it: the host's number, also inside a container
 * @param memoryBytes device memory that it has; empty where that is not told
 */
public record GpuProcess(long pid, OptionalLong memoryBytes) {
  /** Refuses null. */
  public GpuProcess {
    Objects.requireNonNull(memoryBytes, "memoryBytes");
  }
}
