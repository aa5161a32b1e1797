package io.mobula.internal.store;

import io.mobula.ObjectId;

/**
 * An argument is not to be had from the place where it was known to be, and the call that reads it
 * ends before its body begins. The call holds nothing while the argument is looked for, and runs
 * again once the argument has another place. Never seen by a user.
 */
public final class ArgumentUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ObjectId object;

  /**
   * It is not there.
   *
   * @param object the argument
   * @param why as it was seen there
   */
  public ArgumentUnavailableException(ObjectId object, String why) {
    super("Object " + object + " is not where it was known to be: " + why, null, false, false);
    this.object = object;
  }

  /** The argument. */
  public ObjectId object() {
    return object;
  }
}
