package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;

/**
 * Error of an NVML call.
 *
 * @param function the function that was called
 * @param code its return code
 * @param message NVML's text for the code; empty if it has none
 */
record NvmlError(NvmlFunction function, int code, String message) {

  /** Returns the meaning for a probe. */
  ReturnCode.Meaning meaning() {
    return ReturnCode.meaning(code);
  }

  /** Returns what the error says about the health of the device. */
  DeviceHealth health() {
    return switch (meaning()) {
      case NOT_AVAILABLE, FAILED -> DeviceHealth.healthy();
      case LOST -> DeviceHealth.unhealthy(DeviceHealth.Cause.GONE, toString());
      case NEEDS_RESET -> DeviceHealth.unhealthy(DeviceHealth.Cause.NEEDS_RESET, toString());
    };
  }

  /** Returns a text such as {@code nvmlDeviceGetName answered "GPU is lost" (15)}. */
  @Override
  public String toString() {
    return function.symbol() + " answered "
        + (message.isEmpty() ? code : "\"" + message + "\" (" + code + ")");
  }
}
