package io.mobula.internal.group;

import io.mobula.Resources;
import io.mobula.internal.execution.Program;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.Requester;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One bundle as the node's ledger sees it: a lease for life. */
final class BundleRequest implements Requester {
  private final GroupSpec spec;
  private final int bundle;
  private volatile @Nullable Lease lease;

  BundleRequest(GroupSpec spec, int bundle) {
    this.spec = spec;
    this.bundle = bundle;
  }

  /** What all of these were granted. */
  static Map<Integer, Lease> leases(Collection<BundleRequest> granted) {
    var leases = new HashMap<Integer, Lease>();
    granted.forEach(each -> leases.put(each.bundle, Objects.requireNonNull(each.lease)));
    return Map.copyOf(leases);
  }

  @Override
  public Resources wanted() {
    return spec.bundle(bundle);
  }

  @Override
  public Program program() {
    return new Program(spec.owner(), false, null, 1);
  }

  @Override
  public String what() {
    return "Bundle " + bundle + " of " + spec.describe();
  }

  @Override
  public boolean stillWants() {
    return true;
  }

  @Override
  public boolean isForLife() {
    return true;
  }

  @Override
  public void granted(Lease granted) {
    lease = granted;
  }

  @Override
  public void recalled(Lease held) {} // it is reserved, whoever waits
}
