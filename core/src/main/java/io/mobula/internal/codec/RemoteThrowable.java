package io.mobula.internal.codec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stand-in for an exception that cannot exist in this process: has its class names, texts, stack
 * trace, cause and suppressed exceptions.
 *
 * <p>A stand-in replaces an exception that holds something that cannot be encoded (such as a
 * socket), whose class the reader lacks, or whose own methods throw. A failed task can thus still
 * report why it failed.
 */
public final class RemoteThrowable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String[] types;
  private final String text;

  /**
   * Makes a stand-in with the given texts and cause.
   *
   * @param types the binary names of the original's class and its superclasses
   * @param text the original's {@code toString}
   */
  public RemoteThrowable(
      List<String> types, @Nullable String message, String text, @Nullable Throwable cause) {
    super(message, cause);
    this.types = types.toArray(String[]::new);
    this.text = text;
  }

  /**
   * Makes a stand-in for this exception, with the same cause and suppressed exceptions. Calls the
   * getters of the exception, which may throw.
   */
  static RemoteThrowable of(Throwable original) {
    return CapturedThrowable.standInAlone(original);
  }

  /** Returns the binary name of the original exception's class. */
  public String className() {
    return types.length == 0 ? Throwable.class.getName() : types[0];
  }

  /** Returns the binary names of the original exception's class and its superclasses. */
  public List<String> types() {
    return List.of(types);
  }

  @Override
  @SuppressWarnings("OverrideThrowableToString") // prints like the original exception
  public String toString() {
    return text;
  }
}
