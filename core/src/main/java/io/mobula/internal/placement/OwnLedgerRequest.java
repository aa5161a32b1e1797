package io.mobula.internal.placement;

import io.mobula.Resources;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;

/** Request of a search at the ledger of this node, or of a bundle here. Thread-safe. */
final class OwnLedgerRequest implements LeaseRequester {
  private final LeaseSearch search;

  OwnLedgerRequest(LeaseSearch search) {
    this.search = search;
  }

  @Override
  public Resources wanted() {
    return search.requester().wanted();
  }

  @Override
  public String description() {
    return search.requester().description();
  }

  @Override
  public Job job() {
    return search.requester().job();
  }

  @Override
  public Object recallGroup() {
    return search.requester().recallGroup();
  }

  @Override
  public boolean stillWants() {
    return search.isWantedBy(this);
  }

  @Override
  public boolean holdsForLifetime() {
    return search.requester().holdsForLifetime();
  }

  @Override
  public void ledgerClosed() {
    search.turnAway(this);
  }

  @Override
  public void granted(Lease lease) {
    if (search.endsGranted(this)) {
      search.requester().granted(lease);
    } else {
      lease.release();
    }
  }

  @Override
  public void recalled(Lease lease) {
    search.requester().recalled(lease);
  }
}
