package io.mobula.internal.actor;

import io.mobula.internal.call.BoundCall;
import io.mobula.internal.call.StageCancellation;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One call of an actor's method, from {@code remote} to its outcome. The first outcome counts.
 * State is guarded by the monitor; user code never runs under it.
 */
final class ActorCallRun {
  private static final Object DRIVER = "driver";

  private final String name;
  private final Object caller;
  private final BoundCall call;
  private final CallPromise result;
  private final long since = System.nanoTime();
  private final @Nullable CallOrigin origin;
  private int attempts;
  private boolean done;
  private boolean begun;
  private @Nullable Thread runner;
  private @Nullable Execution execution;
  private @Nullable CompletionStage<?> stage;
  private boolean stageHeard;

  ActorCallRun(String name, Object caller, BoundCall call, CallPromise result) {
    this(name, caller, call, result, null);
  }

  /** A call of another process, or of this one if there is no origin. */
  ActorCallRun(
      String name, Object caller, BoundCall call, CallPromise result, @Nullable CallOrigin origin) {
    this.name = name;
    this.caller = caller;
    this.call = call;
    this.result = result;
    this.origin = origin;
  }

  /** What the calling thread runs: whose calls keep their order. */
  static Object currentCaller() {
    var execution = Execution.current();
    return execution == null ? DRIVER : execution.owner();
  }

  String name() {
    return name;
  }

  /** Whose calls keep their order: a task, an actor, or the driver. */
  Object caller() {
    return caller;
  }

  BoundCall call() {
    return call;
  }

  CallPromise result() {
    return result;
  }

  /** When it came, on the clock of {@link System#nanoTime()}. */
  long since() {
    return since;
  }

  /** The thread that runs it at this moment, or null. */
  synchronized @Nullable Thread runner() {
    return runner;
  }

  /** What names it if it is made again, or null for a call of this process, which never is. */
  @Nullable
  CallOrigin origin() {
    return origin;
  }

  synchronized boolean isDone() {
    return done;
  }

  /** Notes that the calling thread runs it now; false if it has an outcome already. */
  synchronized boolean begin(Execution present) {
    if (done) {
      return false;
    }
    begun = true;
    Thread.interrupted(); // came before it began, so that it means somebody else
    runner = Thread.currentThread();
    execution = present;
    return true;
  }

  /**
   * Whoever made it may have it run elsewhere, if it has not begun here. True if it was given back;
   * it is never run here then.
   */
  boolean rejectIfUnstarted() {
    synchronized (this) {
      if (done || begun || !result.canRetryElsewhere()) {
        return false;
      }
      done = true;
    }
    result.retryElsewhere();
    return true;
  }

  /** So often it may have been run on hosts that died over it. */
  synchronized void setAttempts(int times) {
    attempts = times;
  }

  synchronized int nextAttempt() {
    return ++attempts;
  }

  synchronized int attempts() {
    return attempts;
  }

  /** The calling thread runs it no more; an interrupt that was meant for it is taken away. */
  synchronized void end() {
    runner = null;
    execution = null;
    Thread.interrupted();
  }

  /** The method has returned, but its value is still to come. False if nobody wants it any more. */
  synchronized boolean awaitStage(CompletionStage<?> value) {
    if (!done) {
      stage = value;
    }
    return !done;
  }

  /** The value of its stage is there: true for the first who says so. */
  @SuppressWarnings("ReferenceEquality") // a stage is known by identity
  synchronized boolean claimStageOutcome(CompletionStage<?> from) {
    boolean first = stage == from && !stageHeard;
    stageHeard |= first;
    return first;
  }

  /** It is made again: its stage, if it had one, is not heard any more. */
  synchronized void forgetStage() {
    stage = null;
    stageHeard = false;
  }

  /** Whether it has no outcome and has not begun. */
  synchronized boolean isWaiting() {
    return !done && !begun;
  }

  /** Whether its method has returned, and its value is still to come. */
  synchronized boolean isStaged() {
    return stage != null;
  }

  /** Ends the call: true for the first who says so. */
  synchronized boolean finish() {
    boolean first = !done;
    done = true;
    return first;
  }

  /**
   * Ends the call with a failure and interrupts its method if that runs. True if it had no outcome.
   */
  boolean stop(ObjectFailure why, ObjectStore store) {
    CompletionStage<?> pending;
    boolean ran;
    synchronized (this) {
      if (done) {
        return false;
      }
      done = true;
      if (execution != null) {
        execution.cancel();
      }
      if (runner != null) {
        runner.interrupt();
      }
      pending = stage;
      ran = begun || attempts > 0;
    }
    result.fail(ran ? why : UnstartedCallFailure.of(name, why));
    if (pending != null) {
      StageCancellation.cancel(pending, store);
    }
    return true;
  }
}
