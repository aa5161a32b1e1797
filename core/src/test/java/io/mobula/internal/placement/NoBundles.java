package io.mobula.internal.placement;

import io.mobula.Placement;
import io.mobula.PlacementGroupId;
import io.mobula.Resources;
import io.mobula.internal.ledger.LeaseRequester;

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
