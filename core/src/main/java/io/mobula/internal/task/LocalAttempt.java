package io.mobula.internal.task;

import io.mobula.internal.call.StageCancellation;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.store.CallArgumentViews;
import io.mobula.internal.store.ObjectStore;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a task in a slot of this node: runs the body, and waits for the value of the stage
 * that the body may return. The monitor guards the views and the stage; neither user code nor the
 * task is called under it.
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

  /** Runs the attempt in the calling thread. */
  void run() {
    try {
      execution.run(this);
    } catch (Throwable thrown) { // whatever user code throws is its result
      end(takeViews()); // before another attempt begins
      task.threw(this, thrown);
    } finally {
      task.left(this);
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
      task.returned(value);
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
    if (!task.stage(this, isComplete(later))) {
      setStage(null); // nobody wants its value
      return;
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
        task.returned(result);
        return;
      } catch (Throwable refused) { // by a method of the user's result
        thrown = refused;
      }
    }
    end(borrowed); // before another attempt begins
    task.threw(this, thrown);
  }

  /** Forgets the stage: its value is not wanted any more. */
  synchronized void forgetStage() {
    stage = null;
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
