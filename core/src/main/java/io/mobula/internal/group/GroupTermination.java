package io.mobula.internal.group;

import io.mobula.error.PlacementGroupException;
import io.mobula.error.PlacementGroupException.Reason;
import java.util.Objects;

/**
 * Reason why a group has ended.
 *
 * @param reason the reason for programs
 * @param why the reason as text
 */
record GroupTermination(Reason reason, String why) {
  GroupTermination {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(why, "why");
  }

  static GroupTermination removed(String by) {
    return new GroupTermination(Reason.REMOVED, "it was removed" + by);
  }

  static GroupTermination unknown() {
    return new GroupTermination(
        Reason.REMOVED, "it was removed, or the process that made it ended before it was placed");
  }

  /** Returns the exception for a caller that waits for the group or uses it. */
  PlacementGroupException exception(String group) {
    return new PlacementGroupException(reason, group + " is no more: " + why + ".");
  }

  /** Returns the exception for work that was to run in the group, or ran there. */
  PlacementGroupException exception(String work, String group) {
    return new PlacementGroupException(
        reason, work + " is of " + group + ", which is no more: " + why + ".");
  }
}
