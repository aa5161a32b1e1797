package io.mobula.internal.ledger;

import io.mobula.internal.execution.Job;
import io.mobula.placement.Resources;

/**
 * Requester at one ledger on behalf of another requester, to which it forwards. Subclasses decide
 * which of several ledgers may grant the request, and thus whether it is still wanted.
 *
 * @param <R> type of the other requester
 */
public abstract class ForwardingLeaseRequester<R extends LeaseRequester> implements LeaseRequester {
  private final R requester;

  /** Creates a requester that forwards to that one. */
  protected ForwardingLeaseRequester(R requester) {
    this.requester = requester;
  }

  /** Returns the requester to which this one forwards. */
  public final R requester() {
    return requester;
  }

  @Override
  public final Resources wanted() {
    return requester.wanted();
  }

  @Override
  public final Job job() {
    return requester.job();
  }

  @Override
  public final String description() {
    return requester.description();
  }

  @Override
  public final boolean holdsForLifetime() {
    return requester.holdsForLifetime();
  }

  @Override
  public final Object recallGroup() {
    return requester.recallGroup();
  }

  @Override
  public final void recalled(Lease lease) {
    requester.recalled(lease);
  }

  @Override
  public final void devicesChanged(Lease lease) {
    requester.devicesChanged(lease);
  }
}
