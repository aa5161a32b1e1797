package io.mobula.internal.task;

import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.error.TaskTimeoutException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.call.LostArgumentException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.execution.WorkLocation;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitChainWalker;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.TaskOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task from submission to its outcome, through all attempts.
 *
 * <p>{@link TaskProgress} has its state, and refuses what comes too late: the first outcome counts,
 * be it a result, a failure, a cancellation or a timeout. A body that goes on after that runs to
 * its end without effect on the result. An attempt is a {@link LocalAttempt} or a
 * {@link RemoteAttempt}, which decides what follows from its end. This class does what was decided:
 * it queues the task, perhaps once more, or publishes the outcome.
 */
final class TaskRun implements ValueProducer, WaitPoint {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);
  private static final Duration RETELL = Duration.ofMillis(100);
  private static final String SLOT = "a slot";

  /**
   * Next task in the engine's list of failed starts, guarded by the engine's lock; see
   * {@link TaskEngine}.
   */
  @Nullable
  TaskRun nextFailedStart;

  private final TaskSpec spec;
  private final TaskAncestry ancestry;
  private final TaskServices services;
  private final TaskProgress progress = new TaskProgress();
  private final long since = System.nanoTime();
  private TaskTimer timer;
  private @Nullable TaskResultSink sink;

  TaskRun(TaskSpec spec, TaskAncestry ancestry, TaskServices services) {
    this.spec = spec;
    this.ancestry = ancestry;
    this.services = services;
    this.timer = TaskTimer.of(spec.options().timeLimits());
  }

  TaskSpec spec() {
    return spec;
  }

  TaskAncestry ancestry() {
    return ancestry;
  }

  /** Returns the parts of the process that submitted the task, or runs it for another node. */
  TaskServices services() {
    return services;
  }

  TaskProgress progress() {
    return progress;
  }

  TaskTimer timer() {
    return timer;
  }

  TaskOptions.Retries retries() {
    return spec.options().retries();
  }

  private ObjectId id() {
    return spec.id();
  }

  @Override
  public String describe() {
    return spec.describe();
  }

  /** Sets the sink for the outcome; before {@link #start}. */
  void setResultSink(TaskResultSink where) {
    sink = where;
  }

  TaskResultSink sink() {
    return Objects.requireNonNull(sink, "results");
  }

  /** Sets the attempt number and the time left for the result, as told by the submitter. */
  void setAttempt(int number, @Nullable Duration left) {
    progress.setAttempts(number - 1);
    timer = TaskTimer.of(spec.options().timeLimits(), left);
  }

  // ---- queued

  /**
   * Queues the task as soon as its arguments are ready, or fails it with the first failed argument.
   */
  void start() {
    timer.startTotal(this);
    spec.call().whenReady(() -> {
      var failed = spec.call().failedArgument();
      if (failed != null) {
        fail(LostArgumentException.propagate(failed, describe()));
      } else {
        enqueue(SLOT, null);
      }
    });
  }

  /**
   * Queues the task when the location of each argument is known: the task that reconstructs a lost
   * argument may need the resources that this task would hold.
   *
   * @param absent an argument that an attempt has not found at its location, or null
   */
  private void enqueue(String what, @Nullable ObjectId absent) {
    var search = spec.call().findMissing(absent);
    if (search == null) {
      if (absent != null) { // nothing can be located from here: the next attempt finds the reason
        progress.setSearching(true);
      }
      goToQueue(what);
      return;
    }
    boolean isWanted = progress.waitFor(
        TaskEvent.LOCATE,
        "arguments that are being located, as their nodes have left: " + search.describe(),
        () -> WaitStep.end("the search goes on", WaitCause.UNKNOWN));
    if (isWanted) {
      search.start(placed -> {
        progress.setSearching(!placed);
        goToQueue(what);
      });
    }
  }

  /** Adds the task to its queue. An invalid placement becomes the outcome and is not thrown. */
  private void goToQueue(String what) {
    if (!progress.waitFor(TaskEvent.ENQUEUE, what, null)) {
      return;
    }
    try {
      services.queues().add(this);
    } catch (Throwable refused) { // such as a closed ref that the task was to be placed near
      fail(TaskFailures.unplaced(describe(), refused));
    }
  }

  /** Queues the task again once that argument, which an attempt has not found, is located. */
  void searchAgain(ObjectId absent) {
    progress.noteReturn();
    LOG.info("{} is put back, as its argument {} is being located", describe(), absent);
    enqueue(SLOT, absent);
  }

  /** Returns the task to its queue after it has waited outside. */
  void requeue() {
    goToQueue(SLOT);
  }

  // ---- another attempt

  /** Returns whether the next attempt is the last one. */
  boolean isOnLastAttempt() {
    return progress.attempts() >= retries().maxRetries();
  }

  /** Schedules a retry after a retriable failure; returns false if no attempt is left. */
  boolean retryAfter(ObjectFailure failure) {
    int attempt = progress.attempts();
    if (attempt > retries().maxRetries()) {
      return false;
    }
    var pause = RetryBackoff.after(retries().backoff(), attempt);
    boolean isWanted = progress.waitFor(
        TaskEvent.BACK_OFF,
        "its retry after attempt " + attempt + " failed with "
            + failure.causeTypes().getFirst(),
        () -> WaitStep.end("it is queued again " + pause + " after that", WaitCause.TIMER));
    if (isWanted) {
      services.after(pause, () -> enqueue(SLOT, null));
    }
    return true;
  }

  /** Queues the task again, as its node was lost; returns false if no attempt is left. */
  boolean retryAfterLoss(String node, String how) {
    if (progress.attempts() > retries().maxRetries()) {
      return false;
    }
    enqueue("a slot for another attempt, as " + node + " was lost: " + how, null);
    return true;
  }

  // ---- resulted

  /** Removes the task, which goes back to its submitter as if it had never been here. */
  void abandon() {
    if (progress.settle()) {
      release();
    }
  }

  /** Publishes the outcome if it is the first. It counts even if publishing fails. */
  void publish(TaskResultSink.PreparedResults prepared) {
    if (!progress.settle()) {
      prepared.discard();
      return;
    }
    try {
      prepared.publish();
    } catch (Throwable broken) { // so that waiting readers get a failure
      sink().fail(TaskFailures.unpublished(describe(), broken));
    } finally {
      settled();
    }
  }

  /** Fails the task, unless it has an outcome: running it has failed outside its body. */
  void failOutsideBody(Throwable broken) {
    try {
      LOG.error("{} failed outside its body: {}", describe(), CapturedThrowable.textOf(broken));
      fail(TaskFailures.unpublished(describe(), broken));
    } catch (Throwable again) { // most likely out of memory, which may pass
      services.after(RETELL, () -> fail(ObjectFailure.UNDESCRIBED));
    }
  }

  /** Fails the task; returns whether this is its outcome. */
  boolean fail(ObjectFailure failure) {
    if (!progress.settle()) {
      return false;
    }
    sink().fail(failure);
    settled();
    return true;
  }

  private void settled() {
    timer.cancel();
    release();
  }

  private void release() {
    services.pending().remove(this);
    if (!sink().isForAnotherNode()) {
      services.admission().release(spec.call().heapBytes());
      services.queues().trim();
    }
    spec.call().release();
  }

  // ---- given up

  /** Fails the task, as a limit of time is over. */
  void timeOut(String how) {
    var message = describe() + " " + how + "; it was interrupted."
        + WaitChainWalker.nonBlocking().walk(this).toSentence();
    stop(() -> new TaskTimeoutException(message));
  }

  @Override
  public void cancel(long task, boolean recursive) {
    services.pending().cancelHere(this, recursive);
    // what the task started may have led to tasks on any node
    if (recursive && progress.attempts() > 0) {
      services.pending().cancelElsewhere(id());
    }
  }

  /** Fails the task as cancelled; its descendants are left alone. */
  void cancelAlone() {
    stop(() -> TaskFailures.cancelled(describe()));
  }

  /** Fails the task immediately and interrupts the body if it runs. */
  void stop(Supplier<MobulaException> why) {
    if (!progress.cancelExecution()) {
      return;
    }
    // first, or the body's InterruptedException may become the outcome
    boolean isOutcome = fail(new ObjectFailure(why));
    var other = progress.interrupt();
    if (other != null) {
      other.cancel(progress.isRecursivelyCancelled());
    }
    var pending = isOutcome ? progress.takeStaged() : null;
    if (pending != null) {
      pending.cancelStage(services.store());
    }
  }

  // ---- what it waits for

  /** Returns when the task was submitted, by {@link System#nanoTime()}. */
  long since() {
    return since;
  }

  /**
   * Returns what the task waits for. A caller with an old list of pending tasks may ask a task that
   * is done.
   */
  @Override
  public WaitStep waitStep() {
    var now = progress.snapshot();
    return now.state() == TaskState.DONE && !services.pending().contains(this)
        ? WaitStep.end(describe() + " has its outcome", WaitCause.READY)
        : TaskWait.of(this, now);
  }

  @Override
  public WaitStep waitStep(ObjectId wanted) {
    return TaskWait.of(this, progress.snapshot());
  }

  @Override
  public @Nullable Execution blockingExecution(ObjectId wanted) {
    return progress.execution();
  }

  @Override
  public @Nullable WorkLocation workLocation(ObjectId wanted) {
    var node = progress.remoteNode();
    return node == null ? null : new WorkLocation(node, id());
  }

  /**
   * Hashes by number: the identity hash, which the JVM computes for each object, would cost a
   * submitter more than everything else.
   */
  @Override
  public int hashCode() {
    return Long.hashCode(spec.number());
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a task is known by identity
  public boolean equals(@Nullable Object other) {
    return this == other;
  }
}
