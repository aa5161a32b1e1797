package io.mobula.internal.actor;

import io.mobula.ObjectId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Factory of the wait steps of calls of an actor that lives here. */
final class CallWaitSteps {
  private CallWaitSteps() {}

  /**
   * Returns the step of a call that has arrived at its actor's cell.
   *
   * @param run the call, or null if the cell does not have it
   */
  static WaitStep of(ActorCell cell, @Nullable ActorCallRun run, ObjectId wanted) {
    if (run == null) {
      return WaitStep.end(
          "call " + wanted + " of " + cell.describe() + " is not known to the actor",
          WaitCause.NOBODY);
    }
    return step(cell, run).withVersion(run.attempts()).since(run.since());
  }

  private static WaitStep step(ActorCell cell, ActorCallRun run) {
    var what = "call " + run.name() + " of " + cell.describe();
    var runner = run.runner();
    if (runner != null) { // also while that thread reports the outcome
      return BlockedThread.running(what + " runs", runner);
    }
    if (run.isDone()) {
      return WaitStep.end(
          what + " has its outcome, and its ref was not notified", WaitCause.NOBODY);
    }
    if (run.isStaged()) {
      return WaitStep.end(
          what + " has returned a stage, which the program has to complete", WaitCause.PROGRAM);
    }
    var missing = run.call().missingArguments();
    return missing.isEmpty()
        ? WaitStep.via(what + " waits for its turn", cell.turn())
        : WaitStep.via(
            what + " lacks " + missing.size() + " of its arguments (first: "
                + missing.getFirst().id() + ")",
            missing);
  }

  /**
   * Returns the step of the actor's current work, as other threads see it, or null if there is
   * none.
   */
  static @Nullable WaitStep busy(ActorCell cell, RunningCalls calls, @Nullable Thread maker) {
    if (maker != null) {
      return BlockedThread.running("the constructor of " + cell.describe() + " runs", maker);
    }
    var run = calls.any();
    var runner = run == null ? null : run.runner();
    return run == null || runner == null
        ? null
        : BlockedThread.running("it runs " + run.name(), runner);
  }

  /**
   * Returns the step that keeps an actor from running its calls; runs on the actor's thread.
   *
   * @param lanes calls that wait for arguments, by caller and in order
   * @param runnable calls that the actor will run next
   */
  static WaitStep idle(
      ActorCell cell, Collection<Deque<ActorCallRun>> lanes, Iterable<ActorCallRun> runnable) {
    Set<ActorCallRun> here = Collections.newSetFromMap(new IdentityHashMap<>());
    lanes.forEach(here::addAll);
    runnable.forEach(here::add);
    for (var run : cell.unstarted()) {
      if (!here.contains(run)) {
        return WaitStep.end(
                "call " + run.name() + " (" + run.result().id() + ") has not come to "
                    + cell.describe(),
                WaitCause.NOBODY)
            .withVersion(run.result().id().task());
      }
    }
    var missing = lanes.stream()
        .filter(lane -> !lane.isEmpty())
        .flatMap(lane -> lane.getFirst().call().missingArguments().stream())
        .toList();
    return missing.isEmpty()
        ? WaitStep.end(cell.describe() + " is about to run it", WaitCause.RUNNING)
        : WaitStep.via("a call before it, of the same caller, waits for an argument", missing);
  }
}
