package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * Value that cannot be encoded, or bytes that cannot be decoded. The message has the path to the
 * field at fault.
 */
public final class CodecException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public CodecException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public CodecException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
