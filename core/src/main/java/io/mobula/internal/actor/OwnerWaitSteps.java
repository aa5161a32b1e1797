package io.mobula.internal.actor;

import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.wait.WaitStep;

/** Factory of the wait steps of an actor at its owner. */
final class OwnerWaitSteps {
  private OwnerWaitSteps() {}

  /** Returns what the actor waits for in this phase; runs on the owner's executor. */
  static WaitStep of(
      ActorPhase phase,
      OwnedIncarnation incarnation,
      ActorLeaseRequester requester,
      LeaseSource leaseSource) {
    if (phase == ActorPhase.REQUESTING) {
      var request = leaseSource.pendingRequest(requester);
      return request == null
          ? WaitStep.end("it expects a lease, for which there is no request", WaitCause.NOBODY)
              .withVersion(incarnation.number())
          : WaitStep.via("it asks for a lease", request);
    }
    var at = incarnation.address();
    if (at != null) {
      return WaitStep.anythingOf(
          phase == ActorPhase.PLACING
              ? "node " + at.node() + " is to make it"
              : "it lives on node " + at.node(),
          at.node());
    }
    var missing = requester.spec().constructor().missingArguments();
    return missing.isEmpty()
        ? WaitStep.end("a node is being chosen for it", WaitCause.UNKNOWN)
        : WaitStep.via("its constructor waits for arguments", missing);
  }
}
