package io.mobula.internal.placement;

import io.mobula.internal.ledger.ForwardingLeaseRequester;
import io.mobula.internal.ledger.Lease;

/** Request of a search at the ledger of this node, or of a bundle here. Thread-safe. */
final class OwnLedgerRequest extends ForwardingLeaseRequester<ClusterLeaseRequester> {
  private final LeaseSearch search;

  OwnLedgerRequest(LeaseSearch search) {
    super(search.requester());
    this.search = search;
  }

  @Override
  public boolean stillWants() {
    return search.isWantedBy(this);
  }

  @Override
  public void ledgerClosed() {
    search.turnAway(this);
  }

  @Override
  public void granted(Lease lease) {
    if (search.endsGranted(this)) {
      requester().granted(lease);
    } else {
      lease.release();
    }
  }
}
