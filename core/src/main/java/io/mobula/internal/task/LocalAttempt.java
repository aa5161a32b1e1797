package io.mobula.internal.task;

import io.mobula.ObjectId;
import io.mobula.internal.call.ArgumentsNotFetchedException;
import io.mobula.internal.call.LostArgumentException;
import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.call.StageCancellation;
import io.mobula.internal.call.UnreadableCallException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.store.ArgumentUnavailableException;
import io.mobula.internal.store.CallArgumentViews;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a task in a slot of this node: runs the body, waits for the value of the stage
 * that the body may return, and decides what follows from the value or the exception. The monitor
 * guards the views and the stage; neither user code nor the task is called under it.
 */
final class LocalAttempt implements Callable<Boolean>, Consumer<CallArgumentViews> {
  private final TaskRun task;
  private final Execution execution;
  private final Thread thread;
  private @Nullable CallArgumentViews views;
  private @Nullable CompletionStage<?> stage;

  /** Describes an attempt that the calling thread is about to run. */
  LocalAttempt(TaskRun task, Execution execution) {
    this.task = task;
    this.execution = execution;
    this.thread = Thread.currentThread();
  }

  Execution execution() {
    return execution;
  }

  Thread thread() {
    return thread;
  }

  /** Runs one attempt of the task in the calling slot; no exception of it ends the slot. */
  static void run(TaskRun task, CpuHold hold) {
    try {
      var attempt = new LocalAttempt(task, execution(task, hold));
      if (task.progress().begin(attempt)) {
        task.timer().startAttempt(task);
        task.sink().started();
        attempt.run();
      }
    } catch (Throwable broken) {
      task.failOutsideBody(broken);
    }
  }

  /** Describes the next attempt; nobody else begins one while a slot has the task. */
  private static Execution execution(TaskRun task, CpuHold hold) {
    var spec = task.spec();
    var identity = new Execution.Identity(
        task.services().given().runtime(),
        spec.id(),
        spec.name(),
        task.progress().attempts() + 1,
        spec.options().resources(),
        task.timer().end(),
        spec.job(),
        spec.name(),
        spec.group());
    var execution = new Execution(identity, task, hold, () -> null);
    if (!task.progress().isSearching()) {
      execution.makeAbortable();
    }
    return execution;
  }

  private void run() {
    try {
      execution.run(this);
    } catch (Throwable thrown) { // whatever user code throws is its result
      end(takeViews()); // before another attempt begins
      threw(thrown);
    } finally {
      task.progress().leave(this);
      end(takeViewsUnlessStaged());
    }
  }

  /** Invokes the body and hands its value on, as the calling thread's execution. */
  @Override
  public Boolean call() throws Exception {
    var value = task.spec().call().invoke(this);
    // clears an interrupt of the body's own; one that stops the task comes after its outcome
    Thread.interrupted();
    execution.flush();
    if (value instanceof CompletionStage<?> later) {
      awaitStage(later);
    } else {
      returned(value);
    }
    return true;
  }

  /** Borrows the views of the arguments, until nothing of the attempt reads them any more. */
  @Override
  public synchronized void accept(CallArgumentViews borrowed) {
    views = borrowed;
  }

  private void awaitStage(CompletionStage<?> later) {
    setStage(later);
    boolean isComplete = isComplete(later);
    if (!task.progress().stage(this)) {
      setStage(null); // nobody wants its value
      return;
    }
    if (!isComplete) {
      task.sink().staged();
    }
    later.whenComplete(this::completed);
  }

  private synchronized void setStage(@Nullable CompletionStage<?> later) {
    stage = later;
  }

  private static boolean isComplete(CompletionStage<?> stage) {
    return stage instanceof CompletableFuture<?> future && future.isDone();
  }

  private void completed(@Nullable Object result, @Nullable Throwable failure) {
    CallArgumentViews borrowed;
    synchronized (this) {
      if (stage == null) { // a user's stage class may complete more than once
        return;
      }
      stage = null;
      borrowed = takeViews();
    }
    try {
      decide(result, failure, borrowed);
    } catch (Throwable broken) { // the stage would swallow it, and the ref would never complete
      task.failOutsideBody(broken);
    } finally {
      end(borrowed);
    }
  }

  private void decide(
      @Nullable Object result, @Nullable Throwable failure, @Nullable CallArgumentViews borrowed) {
    var thrown = failure;
    if (thrown == null) {
      try {
        returned(result);
        return;
      } catch (Throwable refused) { // by a method of the user's result
        thrown = refused;
      }
    }
    end(borrowed); // before another attempt begins
    threw(thrown);
  }

  // ---- what follows

  /** Stores and publishes the value. */
  private void returned(@Nullable Object value) {
    if (task.progress().isDone()) {
      return;
    }
    if (task.progress().isCancelled()) { // the body saw the cancellation before the ref did
      task.cancelAlone();
      return;
    }
    try {
      task.publish(task.sink().prepare(value));
    } catch (ResultNotStoredException notStored) {
      task.fail(TaskFailures.notStored(task.spec(), notStored));
    }
  }

  /** Handles what the body has thrown, or its stage has failed with. */
  private void threw(Throwable thrown) {
    if (task.progress().isCancelled()) {
      bodyThrew(thrown);
      return;
    }
    switch (thrown) {
      case LostArgumentException lost -> task.fail(TaskFailures.argumentLost(task.spec(), lost));
      case UnreadableCallException unreadable ->
        task.fail(TaskFailures.unreadable(task.spec(), task.services().node(), unreadable));
      case ArgumentsNotFetchedException unfetched ->
        failed(
            CapturedThrowable.of(unfetched.refusal()),
            TaskFailures.argumentsNotFetched(task.spec(), unfetched));
      case ArgumentUnavailableException absent -> abandonUnstarted(absent.object());
      default -> bodyThrew(thrown);
    }
  }

  private void bodyThrew(Throwable thrown) {
    var cause = CapturedThrowable.ofStage(thrown);
    failed(cause, TaskFailures.thrown(task.describe(), task.progress().attempts(), cause));
  }

  /** Ends the attempt; the task is retried, or fails, by the kind of the cause. */
  private void failed(CapturedThrowable cause, ObjectFailure failure) {
    if (!task.progress().endFailed(this)) {
      return;
    }
    setStage(null); // its value is not wanted any more
    if (task.progress().isCancelled()) {
      task.cancelAlone(); // the exception is most likely the refusal to start more tasks
      return;
    }
    task.timer().cancelAttempt();
    boolean retriable = task.retries().retryOn().stream().anyMatch(cause::isOf);
    if (!retriable || !task.retryAfter(failure)) {
      // captured only where a reader will get it
      task.fail(task.services().store().withEncodedException(failure));
    }
  }

  /**
   * Ends the attempt before its body begins, as an argument is not at its location; the attempt
   * does not count.
   */
  private void abandonUnstarted(ObjectId absent) {
    task.timer().cancelAttempt();
    if (!task.sink().returnUnstarted(absent) && task.progress().endUnstarted()) {
      task.searchAgain(absent);
    }
  }

  /** Cancels the stage that the body has returned, whose value is not wanted any more. */
  void cancelStage(ObjectStore store) {
    CompletionStage<?> pending;
    synchronized (this) {
      pending = stage;
      stage = null;
    }
    if (pending != null) {
      StageCancellation.cancel(pending, store);
      end(takeViews());
    }
  }

  private synchronized @Nullable CallArgumentViews takeViews() {
    var borrowed = views;
    views = null;
    return borrowed;
  }

  private synchronized @Nullable CallArgumentViews takeViewsUnlessStaged() {
    return stage == null ? takeViews() : null;
  }

  private static void end(@Nullable CallArgumentViews borrowed) {
    if (borrowed != null) {
      borrowed.end();
    }
  }
}
