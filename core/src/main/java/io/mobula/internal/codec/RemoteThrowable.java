package io.mobula.internal.codec;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for an exception that cannot travel: its class name, message, stack, cause and
 * suppressed exceptions.
 *
 * <p>Takes the place of an exception object that holds something no codec can write, such as a
 * socket, so that a failed task can still tell why it failed.
 */
public final class RemoteThrowable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The binary name of the exception's class. */
  private final String className;

  private RemoteThrowable(String className, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.className = className;
  }

  /**
   * A stand-in for this exception, with the same cause and suppressed exceptions. Runs its getters.
   */
  static RemoteThrowable of(Throwable original) {
    RemoteThrowable copy =
        new RemoteThrowable(original.getClass().getName(), messageOf(original), causeOf(original));
    copy.setStackTrace(original.getStackTrace());
    for (Throwable suppressed : original.getSuppressed()) {
      copy.addSuppressed(suppressed);
    }
    return copy;
  }

  private static @Nullable String messageOf(Throwable original) {
    try {
      return original.getMessage();
    } catch (RuntimeException broken) {
      return "(its getMessage failed: " + broken + ")";
    }
  }

  private static @Nullable Throwable causeOf(Throwable original) {
    try {
      return original.getCause();
    } catch (RuntimeException broken) {
      return broken;
    }
  }

  /** The binary name of the class of the exception this stands for. */
  public String className() {
    return className;
  }

  @Override
  @SuppressWarnings("OverrideThrowableToString") // prints like the exception it stands for
  public String toString() {
    return Objects.requireNonNullElse(getMessage(), "").isEmpty()
        ? className
        : className + ": " + getMessage();
  }
}
