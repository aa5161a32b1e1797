package io.mobula.gpu;

import java.util.Objects;

/** Whether work can be given to a device, and if not, why. */
public sealed interface DeviceHealth {

  /** Nothing speaks against it. */
  record Healthy() implements DeviceHealth {}

  /**
   * It should get no work.
   *
   * @param cause for programs
   * @param reason for people: what was seen
   */
  record Unhealthy(Cause cause, String reason) implements DeviceHealth {
    /** Refuses null. */
    public Unhealthy {
      Objects.requireNonNull(cause, "cause");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** What ails a device, the worst first. */
  enum Cause {
    /** It has fallen off the bus, or is no longer listed. */
    GONE,
    /** It does nothing until it is reset. */
    NEEDS_RESET,
    /** The driver reported an error of the device, not of a program (NVIDIA's Xid). */
    DRIVER_ERROR,
    /** Its memory lost what was written. */
    MEMORY_ERROR,
    /** Its driver does not answer. */
    NO_ANSWER
  }

  /** Nothing speaks against it. */
  static DeviceHealth healthy() {
    return new Healthy();
  }

  /** It should get no work. */
  static DeviceHealth unhealthy(Cause cause, String reason) {
    return new Unhealthy(cause, reason);
  }

  /** Whether work can be given to it. */
  default boolean isHealthy() {
    return this instanceof Healthy;
  }

  /** The worse of both; this one where they are alike. */
  default DeviceHealth worseOf(DeviceHealth other) {
    return switch (this) {
      case Healthy _ -> other;
      case Unhealthy unhealthy ->
        other instanceof Unhealthy worse && worse.cause().compareTo(unhealthy.cause()) < 0
            ? other
            : this;
    };
  }
}
