package io.mobula.internal.placement;

import io.mobula.Placement;
import io.mobula.PlacementGroupId;
import io.mobula.Resources;
import io.mobula.error.MobulaException;
import io.mobula.internal.ledger.LeaseRequester;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The bundles of placement groups: where they are, and the ledgers of those that are here. Safe for
 * all threads; nothing blocks.
 */
public interface GroupBundles {

  /** Which node's bundle that work goes to, as far as this process knows. */
  ClusterLeaseSource.PlacementDecision choose(Placement.Group group, Resources wanted);

  /** Why the group of that placement takes nothing any more; null if it does, or there is none. */
  default @Nullable Function<String, MobulaException> refusalFor(Placement placement) {
    return placement instanceof Placement.Group group
            && choose(group, Resources.none())
                instanceof ClusterLeaseSource.PlacementDecision.Refused(var exception)
        ? exception
        : null;
  }

  /**
   * Wants a lease out of a bundle of this node.
   *
   * @param bundle its number, or {@link Placement.Group#ANY}: of those that are here, the first
   *     that has room
   * @return whether there is such a bundle here; if not, nobody hears of the request
   */
  boolean acquire(PlacementGroupId group, int bundle, LeaseRequester requester);

  /** Somebody wants no more of what he asked bundles of the group for. */
  void rescanQueues(PlacementGroupId group);

  /** A node has said that it has no such bundle: what is known here may be old. */
  void refresh(PlacementGroupId group);

  /** Has this run after each change of what {@link #choose} may say. */
  void onChange(Runnable listener);
}
