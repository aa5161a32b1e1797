package io.mobula.internal.placement;

import io.mobula.error.MobulaException;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Port to the bundles of placement groups: on which nodes they are, and the ledgers of those on
 * this node. Thread-safe; nothing blocks.
 */
public interface GroupBundles {

  /** Decides to which node's bundle a request goes, as far as this process knows. */
  PlacementDecision choose(Placement.Group group, Resources wanted);

  /**
   * Returns the error for work placed in a group that has ended; null if the group exists or the
   * placement has no group.
   */
  default @Nullable Function<String, MobulaException> refusalFor(Placement placement) {
    return placement instanceof Placement.Group group
            && choose(group, Resources.none()) instanceof PlacementDecision.Refused(var exception)
        ? exception
        : null;
  }

  /**
   * Requests a lease out of a bundle on this node.
   *
   * @param bundle the bundle's number, or {@link Placement.Group#ANY}: the first local bundle with
   *     enough free resources
   * @return whether such a bundle is on this node; if not, the requester is not called back
   */
  boolean acquire(PlacementGroupId group, int bundle, LeaseRequester requester);

  /** Scans the queues of the group's bundles again, as a request was withdrawn. */
  void rescanQueues(PlacementGroupId group);

  /**
   * Refreshes what is known of the group: a node has reported that it does not have a bundle that
   * it should have.
   */
  void refresh(PlacementGroupId group);

  /** Registers an action to run after each change of what {@link #choose} may return. */
  void onChange(Runnable listener);
}
