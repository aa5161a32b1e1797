package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * Setting that is unknown or malformed. The message has its key, its source, and the nearest known
 * key, or its value and the values that would be accepted.
 */
public final class SettingsException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public SettingsException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public SettingsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
