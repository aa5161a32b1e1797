package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * Failure of this process to become a member of a cluster. The message has the address, the values
 * of both sides where they differ, and what to do.
 */
public final class ClusterException extends MobulaException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public ClusterException(Reason reason, String message) {
    this(reason, message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public ClusterException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Returns the reason as a constant, for programs. */
  public Reason reason() {
    return reason;
  }

  /** Reason why a process could not join. */
  public enum Reason {
    /** This process cannot listen on its own address. */
    CANNOT_LISTEN,
    /** No process accepts connections at the seed's address. */
    SEED_UNANSWERED,
    /** A process accepts connections at the seed's address, but no answer reaches this process. */
    NO_RETURN_PATH,
    /** One side does not trust the other's certificate. */
    NOT_TRUSTED,
    /** The seed belongs to a cluster of another name. */
    OTHER_CLUSTER,
    /** The seed speaks another version of the protocol. */
    OTHER_PROTOCOL,
    /** Another node of the cluster has that name. */
    NAME_TAKEN,
    /** The cluster did not admit this process before the timeout. */
    NOT_IN_TIME,
    /** The thread was interrupted. */
    INTERRUPTED
  }
}
