package io.mobula.gpu;

import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Load of a device at one moment. Values that the driver does not report are empty.
 *
 * @param computePercent part of the driver's last period (up to a second) in which anything was
 *     computed
 * @param memoryPercent part of that period in which the device's memory was read or written
 * @param usedBytes memory in use, including what the driver reserves for itself
 * @param celsius temperature
 */
public record DeviceLoad(
    OptionalInt computePercent,
    OptionalInt memoryPercent,
    OptionalLong usedBytes,
    OptionalInt celsius) {
  /** Refuses a null component. */
  public DeviceLoad {
    Objects.requireNonNull(computePercent, "computePercent");
    Objects.requireNonNull(memoryPercent, "memoryPercent");
    Objects.requireNonNull(usedBytes, "usedBytes");
    Objects.requireNonNull(celsius, "celsius");
  }
}
