package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Placement;
import org.jspecify.annotations.Nullable;

/**
 * Description of what a search for a lease waits for at one moment.
 *
 * @param at the node that has the request, or null
 * @param own the request at a ledger of this node, or null
 * @param question the number of the last request to another node
 * @param why why the request waits; empty if the search does not know
 * @param attempts how many placement attempts the search has made
 */
record LeaseSearchWait(
    @Nullable NodeId at, @Nullable OwnLedgerRequest own, long question, String why, long attempts) {

  /** Returns the step for the wait chain. */
  WaitStep step(Placement placement, LeaseSearchDependencies dependencies) {
    var request = "its request for a lease" + (at == null ? "" : ", number " + question + ",");
    var reason = why.isEmpty() ? "" : " (" + why + ")";
    if (own != null && placement instanceof Placement.Group group) {
      return WaitStep.end(
          request + " waits for resources of " + group.group() + " here" + reason,
          WaitCause.RESOURCES);
    }
    if (own != null) {
      return WaitStep.via(
          request + " is at the ledger of this node" + reason,
          dependencies.ledgers().node().request(own));
    }
    if (at != null) {
      return WaitStep.elsewhere(
          request + " is at node " + at + reason,
          at,
          WaitStep.Work.lease(dependencies.self(), question));
    }
    return why.isEmpty()
        ? WaitStep.end(request + " is at no node, and nothing says why", WaitCause.NOBODY)
            .withVersion(attempts)
        : WaitStep.end(request + " waits: " + why, WaitCause.RESOURCES);
  }
}
