package io.mobula.internal.placement;

import io.mobula.Placement;
import io.mobula.PlacementGroupId;
import io.mobula.Resources;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.placement.Placer.Choice;

/** There is no placement group. */
public final class NoBundles implements Bundles {
  @Override
  public Choice choose(Placement.Group group, Resources wanted) {
    throw new IllegalStateException("there is no group");
  }

  @Override
  public boolean acquire(PlacementGroupId group, int bundle, LeaseRequester requester) {
    return false;
  }

  @Override
  public void lookAgain(PlacementGroupId group) {}

  @Override
  public void doubt(PlacementGroupId group) {}

  @Override
  public void onChange(Runnable listener) {}
}
