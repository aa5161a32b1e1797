package io.mobula.internal.codec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for an exception that cannot be here: its class names, texts, stack, cause and
 * suppressed exceptions.
 *
 * <p>Takes the place of an exception object that holds something no codec can write, such as a
 * socket, of one whose class the reader lacks, and of one whose own methods throw, so that a failed
 * task can still tell why it failed.
 */
public final class RemoteThrowable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String[] types;
  private final String text;

  /**
   * Says what the exception said.
   *
   * @param types the binary names of its class and that one's superclasses
   * @param text what it called itself
   */
  public RemoteThrowable(
      List<String> types, @Nullable String message, String text, @Nullable Throwable cause) {
    super(message, cause);
    this.types = types.toArray(String[]::new);
    this.text = text;
  }

  /**
   * A stand-in for this exception, with the same cause and suppressed exceptions. Runs its getters,
   * which may throw.
   */
  static RemoteThrowable of(Throwable original) {
    return CapturedThrowable.standInAlone(original);
  }

  /** The binary name of the class of the exception this stands for. */
  public String className() {
    return types.length == 0 ? Throwable.class.getName() : types[0];
  }

  /** The binary names of that class and its superclasses. */
  public List<String> types() {
    return List.of(types);
  }

  @Override
  @SuppressWarnings("OverrideThrowableToString") // prints like the exception it stands for
  public String toString() {
    return text;
  }
}
