package io.mobula.internal.task;

import io.mobula.ObjectId;
import io.mobula.WaitReport.WaitCause;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.internal.wait.WaitStep.Work;
import org.jspecify.annotations.Nullable;

/** Description of what a task waits for at one moment. */
final class TaskWait {
  private TaskWait() {}

  /**
   * Snapshot of a task's progress.
   *
   * @param done whether it has an outcome
   * @param runner the thread that runs its body, or null
   * @param staged whether its body has returned a stage
   * @param elsewhere the runner of an attempt on another node, or null
   * @param queued whether it has been queued
   * @param text what it waits for; empty before all arguments are ready
   * @param at where it waits, or null
   * @param attempts how many attempts have begun
   */
  record TaskSnapshot(
      boolean done,
      @Nullable Thread runner,
      boolean staged,
      TaskRun.@Nullable RemoteRunner elsewhere,
      boolean queued,
      String text,
      @Nullable WaitPoint at,
      int attempts) {}

  static WaitStep of(TaskRun run, TaskSnapshot now) {
    return step(run, now).withVersion(now.attempts()).since(run.since());
  }

  private static WaitStep step(TaskRun run, TaskSnapshot now) {
    var what = run.describe();
    var remote = now.elsewhere();
    if (now.runner() != null) { // also while that thread publishes the outcome
      return BlockedThread.running(what + " runs", now.runner());
    }
    if (now.done()) {
      return WaitStep.end(
          what + " has its outcome, and its ref was not notified", WaitCause.NOBODY);
    }
    if (now.staged()) {
      return WaitStep.end(
          what + " has returned a stage, which the program has to complete", WaitCause.PROGRAM);
    }
    if (remote != null) {
      return sent(run, remote);
    }
    return waiting(run, now);
  }

  private static WaitStep sent(TaskRun run, TaskRun.RemoteRunner remote) {
    var text = run.describe() + " was sent to node " + remote.node();
    ObjectId id = run.spec().id();
    return remote.has(run)
        ? WaitStep.elsewhere(text, remote.node(), Work.value(id))
        : WaitStep.end(text + ", and is not known to its slot there any more", WaitCause.NOBODY);
  }

  private static WaitStep waiting(TaskRun run, TaskSnapshot now) {
    var what = run.describe();
    var at = now.at();
    if (at != null) {
      return WaitStep.via(what + " waits for " + now.text(), at);
    }
    if (now.queued()) {
      return WaitStep.end(
          what + " waits for " + now.text() + ", and is in no queue", WaitCause.NOBODY);
    }
    var missing = run.spec().call().missingArguments();
    return missing.isEmpty()
        ? WaitStep.end(what + " has all its arguments, and goes to no queue", WaitCause.NOBODY)
        : WaitStep.via(
            what + " waits for " + missing.size() + " of its arguments, the first is "
                + missing.getFirst().id(),
            missing);
  }
}
