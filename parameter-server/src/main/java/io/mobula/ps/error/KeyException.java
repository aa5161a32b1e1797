package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * Refusal of keys that are outside the table, or whose number does not match the numbers given for
 * them. Nothing was sent.
 */
public final class KeyException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public KeyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
