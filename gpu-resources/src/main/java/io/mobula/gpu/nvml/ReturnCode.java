package io.mobula.gpu.nvml;

/** Return codes of NVML's functions, and their meaning for a probe. */
final class ReturnCode {
  static final int SUCCESS = 0;
  static final int NOT_SUPPORTED = 3;
  static final int NO_PERMISSION = 4;
  static final int NOT_FOUND = 6;
  static final int INSUFFICIENT_SIZE = 7;
  static final int DRIVER_NOT_LOADED = 9;
  static final int TIMEOUT = 10;
  static final int FUNCTION_NOT_FOUND = 13;
  static final int GPU_IS_LOST = 15;
  static final int RESET_REQUIRED = 16;
  static final int OPERATING_SYSTEM = 17;
  static final int NO_DATA = 21;
  static final int DEPRECATED = 26;
  static final int NOT_READY = 27;

  private ReturnCode() {}

  /** Meaning of a call that failed. */
  enum Meaning {
    /** NVML has no such information, or not for this process. */
    NOT_AVAILABLE,
    /** The device does not answer, or is no longer there. */
    LOST,
    /** The device does nothing until it is reset. */
    NEEDS_RESET,
    /** The call failed for any other reason. */
    FAILED
  }

  static Meaning meaning(int code) {
    return switch (code) {
      case NOT_SUPPORTED,
          NO_PERMISSION,
          NOT_FOUND,
          FUNCTION_NOT_FOUND,
          NO_DATA,
          DEPRECATED,
          NOT_READY -> Meaning.NOT_AVAILABLE;
      case GPU_IS_LOST -> Meaning.LOST;
      case RESET_REQUIRED -> Meaning.NEEDS_RESET;
      default -> Meaning.FAILED;
    };
  }

  /** Returns whether a device is kept from this process, by permissions or by a container. */
  static boolean isForbidden(int code) {
    return code == NO_PERMISSION || code == NOT_FOUND || code == OPERATING_SYSTEM;
  }
}
