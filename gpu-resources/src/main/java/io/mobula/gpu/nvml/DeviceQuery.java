package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.ProbeWarning;
import java.util.List;

/**
 * Queries of one device. It collects what failed calls say about the device's health, and warns of
 * failures that say nothing about it.
 */
final class DeviceQuery {
  private final String deviceName;
  private final List<ProbeWarning> warnings;
  private DeviceHealth health = DeviceHealth.healthy();

  /**
   * Creates the queries of a device.
   *
   * @param who the device's name for people
   * @param warnings list that gets the warnings
   */
  DeviceQuery(String who, List<ProbeWarning> warnings) {
    this.deviceName = who;
    this.warnings = warnings;
  }

  /** Returns the value of a result, or {@code otherwise} if the call failed. */
  <T> T valueOr(NvmlResult<T> result, T otherwise) {
    return switch (result) {
      case NvmlResult.Success<T>(var value) -> value;
      case NvmlResult.Failure<T>(var error) -> {
        note(error);
        yield otherwise;
      }
    };
  }

  private void note(NvmlError error) {
    switch (error.meaning()) {
      case NOT_AVAILABLE -> {}
      case LOST, NEEDS_RESET -> note(error.health());
      case FAILED ->
        warnings.add(new ProbeWarning(NvmlSource.NAME, deviceName + ": " + error + "."));
    }
  }

  /** Notes a fact about the device's health. */
  void note(DeviceHealth known) {
    health = health.worseOf(known);
  }

  /** Returns the worst health that was noted. */
  DeviceHealth health() {
    return health;
  }
}
