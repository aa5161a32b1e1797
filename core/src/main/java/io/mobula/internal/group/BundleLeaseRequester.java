package io.mobula.internal.group;

import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.DeviceShare;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.placement.Resources;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Requester of the lease that one bundle holds of the node's ledger. */
final class BundleLeaseRequester implements LeaseRequester {
  private final GroupSpec spec;
  private final int bundle;
  private volatile @Nullable Lease lease;
  private volatile @Nullable LedgerClient bundleLedger;

  BundleLeaseRequester(GroupSpec spec, int bundle) {
    this.spec = spec;
    this.bundle = bundle;
  }

  int bundle() {
    return bundle;
  }

  /** Returns the granted lease; only after the grant. */
  Lease lease() {
    return Objects.requireNonNull(lease, "lease");
  }

  /** Sets the bundle's own ledger, which accounts for the resources of the lease. */
  void setBundleLedger(LedgerClient ledger) {
    bundleLedger = ledger;
  }

  @Override
  public Resources wanted() {
    return spec.bundle(bundle);
  }

  @Override
  public Job job() {
    return new Job(spec.owner(), false, null, 1);
  }

  @Override
  public String description() {
    return "Bundle " + bundle + " of " + spec.describe();
  }

  @Override
  public boolean stillWants() {
    return true;
  }

  @Override
  public boolean holdsForLifetime() {
    return true;
  }

  @Override
  public void granted(Lease granted) {
    lease = granted;
  }

  @Override
  public void recalled(Lease held) {} // a bundle stays reserved even if other requesters wait

  @Override
  public void devicesChanged(Lease held) {
    var ledger = bundleLedger;
    if (ledger != null) {
      ledger.probed(held.shares().stream().map(DeviceShare::device).toList());
    }
  }
}
