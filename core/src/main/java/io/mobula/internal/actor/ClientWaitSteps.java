package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.WaitStep;
import org.jspecify.annotations.Nullable;

/** Factory of the wait steps of calls that no cell of this process has. */
final class ClientWaitSteps {
  private ClientWaitSteps() {}

  /**
   * Returns the step of an unanswered call; runs on the client's executor.
   *
   * @param first the first call of its caller that waits for arguments, or null
   * @param address the address of the actor if it is alive and placed, else null
   */
  static WaitStep of(
      RemoteCall call,
      @Nullable RemoteCall first,
      @Nullable ActorAddress address,
      ActorId actor,
      RoleServices shared) {
    return step(call, first, address, actor, shared)
        .withVersion(call.attempts())
        .since(call.since());
  }

  private static WaitStep step(
      RemoteCall call,
      @Nullable RemoteCall first,
      @Nullable ActorAddress address,
      ActorId actor,
      RoleServices shared) {
    var to = call.sentTo();
    if (to != null) {
      return WaitStep.elsewhere(
          "it was sent to node " + to.node(),
          to.node(),
          WaitStep.Work.value(call.result().id()));
    }
    var missing = (first == null ? call : first).call().missingArguments();
    if (!missing.isEmpty()) {
      return WaitStep.via("it, or a call before it, waits for an argument", missing);
    }
    if (address != null) {
      return shared.peers().isMember(address.node())
          ? WaitStep.end(
              "it could be sent to node " + address.node() + ", and is not", WaitCause.NOBODY)
          : WaitStep.end("its actor is no longer placed", WaitCause.UNKNOWN);
    }
    var ours = shared.known().owner(actor);
    if (ours != null) {
      return WaitStep.via("its actor is not placed", ours);
    }
    var owner = shared.known().ownerOf(actor);
    return WaitStep.anythingOf("node " + owner + " has to say where the actor is", owner);
  }
}
