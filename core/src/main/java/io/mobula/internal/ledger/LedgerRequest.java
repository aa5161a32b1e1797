package io.mobula.internal.ledger;

import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;

/**
 * Request at a ledger as a point in a chain of waits: the ledger's actor explains whether it has
 * the request and what the request lacks.
 */
record LedgerRequest(LedgerClient ledger, LeaseRequester requester) implements WaitPoint {
  @Override
  public WaitStep waitStep() {
    return WaitStep.asking(
        "the ledger was asked for " + requester.wanted(), () -> ledger.explain(requester));
  }
}
