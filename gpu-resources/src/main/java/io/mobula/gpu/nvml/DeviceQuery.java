package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.ProbeWarning;
import java.util.List;

/**
 * The questions to one device: keeps what the refusals among the answers say about its health, and
 * warns of those that say nothing.
 */
final class DeviceQuery {
  private final String deviceName;
  private final List<ProbeWarning> warnings;
  private DeviceHealth health = DeviceHealth.healthy();

  /** With a device, under a name for people; adds to the warnings. */
  DeviceQuery(String who, List<ProbeWarning> warnings) {
    this.deviceName = who;
    this.warnings = warnings;
  }

  /** What was told, or something else. */
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

  /** Something that is known of its health. */
  void note(DeviceHealth known) {
    health = health.worseOf(known);
  }

  /** The worst of what was heard. */
  DeviceHealth health() {
    return health;
  }
}
