package io.mobula.internal.task;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.ObjectId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.internal.wait.WaitStep.Work;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Description of what a task waits for at one moment. */
final class TaskWait {
  private TaskWait() {}

  /**
   * Snapshot of a task's progress.
   *
   * @param runner the thread that runs its body, or null
   * @param elsewhere the attempt on another node, or null
   * @param text what it waits for; empty before all arguments are ready
   * @param at where it waits, or null
   * @param attempts how many attempts have begun
   */
  record TaskSnapshot(
      TaskState state,
      @Nullable Thread runner,
      @Nullable RemoteAttempt elsewhere,
      String text,
      @Nullable WaitPoint at,
      int attempts) {}

  /**
   * Returns a report of what a task waits for before a slot can take it.
   *
   * @param whyNoSlot why its queue has no slot, or empty
   */
  static WaitingWork report(TaskRun run, Supplier<String> whyNoSlot) {
    var spec = run.spec();
    var missing = spec.call().describeMissing();
    var why = missing.isEmpty()
        ? reason(run.progress(), whyNoSlot)
        : "arguments that are not ready: " + missing;
    return new WaitingWork(run.describe(), spec.options().resources(), why);
  }

  private static String reason(TaskProgress progress, Supplier<String> whyNoSlot) {
    var what = progress.waitReason();
    var why = progress.isQueued() ? whyNoSlot.get() : "";
    return why.isEmpty() ? what : what + ": " + why;
  }

  static WaitStep of(TaskRun run, TaskSnapshot now) {
    return step(run, now).withVersion(now.attempts()).since(run.since());
  }

  private static WaitStep step(TaskRun run, TaskSnapshot now) {
    var what = run.describe();
    if (now.runner() != null) { // also while that thread publishes the outcome
      return BlockedThread.running(what + " runs", now.runner());
    }
    return switch (now.state()) {
      case DONE ->
        WaitStep.end(what + " has its outcome, and its ref was not notified", WaitCause.NOBODY);
      case STAGED ->
        WaitStep.end(
            what + " has returned a stage, which the program has to complete", WaitCause.PROGRAM);
      case SENT -> sent(run, Objects.requireNonNull(now.elsewhere()));
      case BOUND -> arguments(run);
      case RUNNING, UNDECIDED ->
        WaitStep.end(
            what + " has ended an attempt, and what follows is not decided", WaitCause.NOBODY);
      case LOCATING, QUEUED, ISOLATED, BACKING_OFF -> waiting(what, now);
    };
  }

  private static WaitStep sent(TaskRun run, RemoteAttempt remote) {
    var text = run.describe() + " was sent to node " + remote.node();
    ObjectId id = run.spec().id();
    return remote.isExpected()
        ? WaitStep.elsewhere(text, remote.node(), Work.value(id))
        : WaitStep.end(text + ", and is not known to its slot there any more", WaitCause.NOBODY);
  }

  private static WaitStep waiting(String what, TaskSnapshot now) {
    var text = what + " waits for " + now.text();
    var at = now.at();
    return at == null
        ? WaitStep.end(text + ", and is in no queue", WaitCause.NOBODY)
        : WaitStep.via(text, at);
  }

  private static WaitStep arguments(TaskRun run) {
    var what = run.describe();
    var missing = run.spec().call().missingArguments();
    return missing.isEmpty()
        ? WaitStep.end(what + " has all its arguments, and goes to no queue", WaitCause.NOBODY)
        : WaitStep.via(
            what + " lacks " + missing.size() + " of its arguments (first: "
                + missing.getFirst().id() + ")",
            missing);
  }
}
