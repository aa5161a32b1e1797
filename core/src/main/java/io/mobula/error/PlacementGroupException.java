package io.mobula.error;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Failure of a placement group: it was removed, no node has room for its bundles, or its name is
 * taken. Also the cause of an actor's death, and the failure of a task, whose group was removed.
 */
public final class PlacementGroupException extends MobulaException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public PlacementGroupException(Reason reason, String message) {
    this(reason, message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public PlacementGroupException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /** Returns the reason as a constant, for programs. */
  public Reason reason() {
    return reason;
  }

  /** Reason why a placement group failed. */
  public enum Reason {
    /** A living group has that name. */
    NAME_TAKEN,
    /** No living group has that name. */
    NAME_UNKNOWN,
    /** A program has removed the group. */
    REMOVED,
    /** The owner has left the cluster, and the group is not detached. */
    OWNER_LEFT,
    /** The existing nodes could not hold the group even if nothing else ran. */
    UNSCHEDULABLE,
    /** The group scheduler does not answer. */
    NO_ANSWER
  }
}
