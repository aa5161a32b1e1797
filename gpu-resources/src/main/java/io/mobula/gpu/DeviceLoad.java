package io.mobula.gpu;

import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a device does at one moment; what is not told is empty.
 *
 * @param computePercent of the last period of the driver (up to a second), the time in which
 *     anything was computed
 * @param memoryPercent likewise, the time in which its memory was read or written
 * @param usedBytes memory in use, what the driver keeps for itself included
 * @param celsius temperature
 */
public record DeviceLoad(
    OptionalInt computePercent,
    OptionalInt memoryPercent,
    OptionalLong usedBytes,
    OptionalInt celsius) {
  /** Refuses null. */
  public DeviceLoad {
    Objects.requireNonNull(computePercent, "computePercent");
    Objects.requireNonNull(memoryPercent, "memoryPercent");
    Objects.requireNonNull(usedBytes, "usedBytes");
    Objects.requireNonNull(celsius, "celsius");
  }
}
