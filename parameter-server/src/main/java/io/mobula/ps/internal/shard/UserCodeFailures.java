package io.mobula.ps.internal.shard;

import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.heap.HeapAdmission;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Conversion of whatever a user's class throws into an exception of the parameter server that names
 * the table, the class and the method. Calls no method of the exception, which may be the user's,
 * too.
 */
final class UserCodeFailures {
  private static final Logger LOG = LoggerFactory.getLogger(UserCodeFailures.class);

  private UserCodeFailures() {}

  /**
   * Returns the exception of a method that has thrown.
   *
   * @param method the method, for the message
   * @param role what the table uses the class for, such as "optimizer"
   * @param code the user's object; its class is named
   * @param table the table, for the message
   */
  static RuntimeException of(
      String method, String role, Object code, String table, Throwable thrown) {
    return thrown instanceof OutOfMemoryError exhausted
        ? HeapAdmission.exhausted(
            method + " of the " + role + " " + code.getClass().getName() + " of " + table,
            exhausted)
        : ofAnswer(method, role, code, table, "threw " + thrown.getClass().getName(), thrown);
  }

  /**
   * Returns the exception of a method that has returned something unusable.
   *
   * @param answer what was wrong, for the message
   */
  static TableException ofAnswer(
      String method,
      String role,
      Object code,
      String table,
      String answer,
      @Nullable Throwable cause) {
    return new TableException(
        "The " + role + " " + code.getClass().getName() + " of " + table + " failed: " + method
            + " " + answer + ". The other tables of the server stay usable.",
        cause);
  }

  /** Returns the object's {@code toString}; its class name if that fails or is null. */
  static String describe(Object code) {
    try {
      var text = code.toString();
      if (text != null) {
        return text;
      }
    } catch (RuntimeException | Error e) {
      LOG.warn(
          "toString of {} threw {}; its class name is used",
          code.getClass().getName(),
          e.getClass().getName());
    }
    return code.getClass().getName();
  }
}
