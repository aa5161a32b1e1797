package io.mobula.internal.actor;

import io.mobula.internal.call.BoundCall;
import io.mobula.internal.call.StageCancellation;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One call of an actor's method at its host, from its arrival to its outcome. The first outcome
 * counts. The monitor guards the state; user code never runs under it.
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

  /** Makes a call of another process, or of this process if there is no origin. */
  ActorCallRun(
      String name, Object caller, BoundCall call, CallPromise result, @Nullable CallOrigin origin) {
    this.name = name;
    this.caller = caller;
    this.call = call;
    this.result = result;
    this.origin = origin;
  }

  /**
   * Returns the caller that the calling thread acts for; the calls of one caller keep their order.
   */
  static Object currentCaller() {
    var execution = Execution.current();
    return execution == null ? DRIVER : execution.owner();
  }

  String name() {
    return name;
  }

  /** Returns the caller, whose calls keep their order: a task, an actor, or the driver. */
  Object caller() {
    return caller;
  }

  BoundCall call() {
    return call;
  }

  CallPromise result() {
    return result;
  }

  /** Returns when the call arrived, on the clock of {@link System#nanoTime()}. */
  long since() {
    return since;
  }

  /** Returns the thread that runs the call at present, or null. */
  synchronized @Nullable Thread runner() {
    return runner;
  }

  /**
   * Returns the identity of the call across repeats, or null for a call of this process, which is
   * never repeated.
   */
  @Nullable
  CallOrigin origin() {
    return origin;
  }

  synchronized boolean isDone() {
    return done;
  }

  /**
   * Records that the calling thread runs the call now; returns false if it has an outcome already.
   */
  synchronized boolean begin(Execution present) {
    if (done) {
      return false;
    }
    begun = true;
    Thread.interrupted(); // clears an interrupt that was meant for earlier work
    runner = Thread.currentThread();
    execution = present;
    return true;
  }

  /**
   * Rejects the call so that the caller can send it elsewhere, if it has not started here. Returns
   * whether it was rejected; it is never run here then.
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

  /** Sets how often the call may have run on hosts that died meanwhile. */
  synchronized void setAttempts(int times) {
    attempts = times;
  }

  synchronized int nextAttempt() {
    return ++attempts;
  }

  synchronized int attempts() {
    return attempts;
  }

  /**
   * Records that the calling thread runs the call no more, and clears an interrupt that was meant
   * for it.
   */
  synchronized void end() {
    runner = null;
    execution = null;
    Thread.interrupted();
  }

  /**
   * Records that the method has returned a stage, whose value is still to come. Returns false if
   * nobody wants it any more.
   */
  synchronized boolean awaitStage(CompletionStage<?> value) {
    if (!done) {
      stage = value;
    }
    return !done;
  }

  /** Claims the outcome of the call's stage; returns true for the first claim only. */
  @SuppressWarnings("ReferenceEquality") // a stage is known by identity
  synchronized boolean claimStageOutcome(CompletionStage<?> from) {
    boolean first = stage == from && !stageHeard;
    stageHeard |= first;
    return first;
  }

  /** Forgets the stage of the last attempt, if any, as the call is run again. */
  synchronized void forgetStage() {
    stage = null;
    stageHeard = false;
  }

  /** Returns whether the call has neither started nor an outcome. */
  synchronized boolean isWaiting() {
    return !done && !begun;
  }

  /** Returns whether the method has returned a stage, whose value is still to come. */
  synchronized boolean isStaged() {
    return stage != null;
  }

  /** Marks the call as done; returns true the first time. */
  synchronized boolean finish() {
    boolean first = !done;
    done = true;
    return first;
  }

  /**
   * Fails the call and interrupts its method if that runs. Returns whether the call had no outcome.
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
