package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;

/**
 * A call that did not succeed.
 *
 * @param function which
 * @param code what it returned
 * @param message what NVML calls that; empty if it does not say
 */
record NvmlError(NvmlFunction function, int code, String message) {

  /** What it means for a probe. */
  ReturnCode.Meaning meaning() {
    return ReturnCode.meaning(code);
  }

  /** What it says about the device that was asked. */
  DeviceHealth health() {
    return switch (meaning()) {
      case NOT_AVAILABLE, FAILED -> DeviceHealth.healthy();
      case LOST -> DeviceHealth.unhealthy(DeviceHealth.Cause.GONE, toString());
      case NEEDS_RESET -> DeviceHealth.unhealthy(DeviceHealth.Cause.NEEDS_RESET, toString());
    };
  }

  /** Such as {@code nvmlDeviceGetName answered "GPU is lost" (15)}. */
  @Override
  public String toString() {
    return function.symbol() + " answered "
        + (message.isEmpty() ? code : "\"" + message + "\" (" + code + ")");
  }
}
