package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * This process could not become a member of the cluster it was told to join. The message names the
 * address, both sides where they differ, and what to do.
 */
public final class ClusterException extends MobulaException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Says what was wanted, what was there and what to do. */
  public ClusterException(Reason reason, String message) {
    this(reason, message, null);
  }

  /** As above, with what brought it about. */
  public ClusterException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why, for programs. */
  public Reason reason() {
    return reason;
  }

  /** Why a process did not get in. */
  public enum Reason {
    /** This process cannot listen on its own address. */
    CANNOT_LISTEN,
    /** Nobody accepts connections at the seed's address. */
    SEED_UNANSWERED,
    /** Somebody accepts connections there, but no answer reaches this process. */
    NO_RETURN_PATH,
    /** One side does not trust the other's certificate. */
    NOT_TRUSTED,
    /** The seed belongs to a cluster of another name. */
    OTHER_CLUSTER,
    /** The seed speaks another version of the protocol. */
    OTHER_PROTOCOL,
    /** Another node of the cluster has that name. */
    NAME_TAKEN,
    /** The cluster has not taken this process in before the timeout. */
    NOT_IN_TIME,
    /** The thread was interrupted. */
    INTERRUPTED
  }
}
