package io.mobula.error;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A placement group is not there, or cannot be: it was removed, no node has room for its bundles,
 * or its name is taken. Also the cause of an actor's death, and the failure of a task, whose group
 * was removed.
 */
public final class PlacementGroupException extends MobulaException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Says what was wanted, what was there and what to do. */
  public PlacementGroupException(Reason reason, String message) {
    this(reason, message, null);
  }

  /** As above, with what brought it about. */
  public PlacementGroupException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /** Why, for programs. */
  public Reason reason() {
    return reason;
  }

  /** What is wrong with a group. */
  public enum Reason {
    /** A living group has that name. */
    NAME_TAKEN,
    /** No living group has that name. */
    NAME_UNKNOWN,
    /** Somebody has removed it. */
    REMOVED,
    /** Its owner has left the cluster, and it is not detached. */
    OWNER_LEFT,
    /** The nodes that there are could not hold it if nothing else ran. */
    UNSCHEDULABLE,
    /** The scheduler of groups does not answer. */
    NO_ANSWER
  }
}
