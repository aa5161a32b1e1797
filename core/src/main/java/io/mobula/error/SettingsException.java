package io.mobula.error;

import org.jspecify.annotations.Nullable;

/** A setting is malformed. The message names its key, its value and what would be accepted. */
public final class SettingsException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public SettingsException(String message) {
    super(message, null);
  }

  /** As above, with what brought it about. */
  public SettingsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
