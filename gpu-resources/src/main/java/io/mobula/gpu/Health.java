package io.mobula.gpu;

import java.util.Objects;

/** Whether work can be given to a device, and if not, why. */
public sealed interface Health {

  /** Nothing speaks against it. */
  record Healthy() implements Health {}

  /**
   * It should get no work.
   *
   * @param cause for programs
   * @param reason for people: what was seen
   */
  record Ill(Cause cause, String reason) implements Health {
    /** Refuses null. */
    public Ill {
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
  static Health healthy() {
    return new Healthy();
  }

  /** It should get no work. */
  static Health ill(Cause cause, String reason) {
    return new Ill(cause, reason);
  }

  /** Whether work can be given to it. */
  default boolean isHealthy() {
    return this instanceof Healthy;
  }

  /** The worse of both; this one where they are alike. */
  default Health or(Health other) {
    return switch (this) {
      case Healthy _ -> other;
      case Ill ill ->
        other instanceof Ill worse && worse.cause().compareTo(ill.cause()) < 0 ? other : this;
    };
  }
}
