package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * A value cannot be encoded, or bytes cannot be decoded. The message has the path to the field at
 * fault.
 */
public final class CodecException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public CodecException(String message) {
    super(message, null);
  }

  /** As above, with what brought it about. */
  public CodecException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
