package io.mobula.internal.placement;

import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;

/** Port to placement groups without any group. */
public final class NoBundles implements GroupBundles {
  @Override
  public PlacementDecision choose(Placement.Group group, Resources wanted) {
    throw new IllegalStateException("there is no group");
  }

  @Override
  public boolean acquire(PlacementGroupId group, int bundle, LeaseRequester requester) {
    return false;
  }

  @Override
  public void rescanQueues(PlacementGroupId group) {}

  @Override
  public void refresh(PlacementGroupId group) {}

  @Override
  public void onChange(Runnable listener) {}
}
