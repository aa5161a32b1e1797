package io.mobula.error;

/** An actor's name is taken by a living actor, or nobody has the name that was looked up. */
public final class ActorNameException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public ActorNameException(String message) {
    super(message, null);
  }
}
