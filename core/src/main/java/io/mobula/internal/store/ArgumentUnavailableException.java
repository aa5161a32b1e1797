package io.mobula.internal.store;

import io.mobula.ObjectId;

/**
 * Signal that an argument is not available at its known location, so that the call which reads it
 * ends before its body begins. The call holds nothing while the argument is looked up, and runs
 * again once a new location is known. Users never see this exception.
 */
public final class ArgumentUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ObjectId object;

  /**
   * Creates the exception for one argument.
   *
   * @param object the argument
   * @param why why the location cannot give it
   */
  public ArgumentUnavailableException(ObjectId object, String why) {
    super("Object " + object + " is not where it was known to be: " + why, null, false, false);
    this.object = object;
  }

  /** Returns the id of the argument. */
  public ObjectId object() {
    return object;
  }
}
