package io.mobula.internal.ledger;

import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;

/**
 * A request at a ledger, as a link of a chain of waits: the ledger's actor says whether it has it,
 * and what it lacks.
 */
record LedgerRequest(LedgerClient ledger, LeaseRequester requester) implements WaitPoint {
  @Override
  public WaitStep waitStep() {
    return WaitStep.asking(
        "it has been asked for " + requester.wanted(), () -> ledger.explain(requester));
  }
}
