package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * Keys that cannot be: outside the table, or not as many as the numbers that belong to them.
 * Nothing was sent.
 */
public final class KeyException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public KeyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
