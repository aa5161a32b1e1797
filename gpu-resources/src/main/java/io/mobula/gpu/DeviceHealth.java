package io.mobula.gpu;

import java.util.Objects;

/** Health of a device: whether work can be given to it, and if not, why. */
public sealed interface DeviceHealth {

  /** State without a known problem. */
  record Healthy() implements DeviceHealth {}

  /**
   * State in which a device should get no work.
   *
   * @param cause the cause, for programs
   * @param reason what was observed, for people
   */
  record Unhealthy(Cause cause, String reason) implements DeviceHealth {
    /** Refuses a null cause or reason. */
    public Unhealthy {
      Objects.requireNonNull(cause, "cause");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** Causes of bad health, the worst first. */
  enum Cause {
    /** The device has fallen off the bus, or is no longer listed. */
    GONE,
    /** The device does nothing until it is reset. */
    NEEDS_RESET,
    /** The driver reported an error of the device, not of a program (NVIDIA's Xid). */
    DRIVER_ERROR,
    /** The device's memory lost data. */
    MEMORY_ERROR,
    /** The device's driver does not answer. */
    NO_ANSWER
  }

  /** Returns the health of a device without a known problem. */
  static DeviceHealth healthy() {
    return new Healthy();
  }

  /** Returns the health of a device that should get no work. */
  static DeviceHealth unhealthy(Cause cause, String reason) {
    return new Unhealthy(cause, reason);
  }

  /** Returns whether work can be given to the device. */
  default boolean isHealthy() {
    return this instanceof Healthy;
  }

  /** Returns the worse of the two; this one if they are equally bad. */
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
