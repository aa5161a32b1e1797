package io.mobula.internal.task;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.error.TaskFailedException;
import io.mobula.error.TaskTimeoutException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.call.LostArgumentException;
import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.call.UnreadableCallException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.execution.WorkLocation;
import io.mobula.internal.placement.PlacementGroupCodec;
import io.mobula.internal.store.ArgumentUnavailableException;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitChainWalker;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
 * its end without effect on the result. This class decides what follows from what has happened, in
 * the order of a task's way: it is queued, runs here or on another node, and gives its result.
 */
final class TaskRun implements ValueProducer, WaitPoint {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);
  private static final Duration RETELL = Duration.ofMillis(100);
  private static final String SLOT = "a slot of its scheduling class";

  /** Runner of an attempt on another node. */
  interface RemoteRunner {
    /** Returns the process that runs the attempt. */
    NodeId node();

    /** Returns whether an outcome of the task is still expected. */
    boolean has(TaskRun run);

    /** Cancels the attempt; its outcome is no longer wanted. */
    void cancel(TaskRun run, boolean recursive);
  }

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
  private @Nullable TaskResultSink sink;
  private @Nullable Deadline deadline;
  private volatile Runnable cancelDeadline = () -> {};
  private volatile Runnable cancelTimeout = () -> {};

  TaskRun(TaskSpec spec, TaskAncestry ancestry, TaskServices services) {
    this.spec = spec;
    this.ancestry = ancestry;
    this.services = services;
    var limit = spec.options().timeLimits().totalTimeout();
    this.deadline = limit == null ? null : Deadline.after(limit);
  }

  TaskSpec spec() {
    return spec;
  }

  TaskAncestry ancestry() {
    return ancestry;
  }

  /** Returns the process that submitted the task, or runs it for another node. */
  NodeId node() {
    return services.node();
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

  private TaskResultSink sink() {
    return Objects.requireNonNull(sink, "results");
  }

  /** Returns whether another node has submitted the task. */
  boolean isSubmittedElsewhere() {
    return sink().isForAnotherNode();
  }

  /** Returns the kind and number of the results. */
  TaskResultSink.Shape shape() {
    return sink().shape();
  }

  /** Returns the stream whose elements another node makes, or null. */
  @Nullable
  ResultStream<?> stream() {
    return sink().stream();
  }

  /**
   * Sets the attempt number and the time left for the result, as told by the submitter. A duration
   * is used since clocks differ between nodes.
   */
  void setAttempt(int number, @Nullable Duration left) {
    progress.setAttempts(number - 1);
    deadline = left == null ? null : Deadline.after(left);
  }

  /** Returns the time left for the result; null if there is no deadline. */
  @Nullable
  Duration timeLeft() {
    var until = deadline;
    return until == null ? null : Duration.ofNanos(Math.max(0, until.remaining()));
  }

  private @Nullable Instant deadlineHere() {
    var left = timeLeft();
    return left == null ? null : Instant.now().plus(left);
  }

  // ---- queued

  /**
   * Queues the task as soon as its arguments are ready, or fails it with the first failed argument.
   */
  void start() {
    var limit = spec.options().timeLimits().totalTimeout();
    if (limit != null) {
      cancelDeadline =
          services.after(limit, () -> timeOut("was not done within its total timeout of " + limit));
    }
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

  /** Sets the queue that has the task, or null. */
  void setQueue(@Nullable SchedulingClassQueue queue) {
    progress.setQueue(queue);
  }

  /** Notes that the task waits in a slot of this node that runs another node's tasks. */
  void setWaitingIn(HostedTaskSlot slot) {
    progress.waitFor(TaskEvent.ENQUEUE, "its turn in a slot", slot);
  }

  /** Returns whether the next attempt locates its arguments itself. */
  boolean isSearching() {
    return progress.isSearching();
  }

  /** Sets whether the next attempt locates its arguments itself; before the task runs. */
  void setSearching(boolean itself) {
    progress.setSearching(itself);
  }

  private void searchAgain(ObjectId absent) {
    progress.noteReturn();
    LOG.info("{} is put back, as its argument {} is being located", describe(), absent);
    enqueue(SLOT, absent);
  }

  /** Returns whether the task was running when a process died. */
  boolean isSuspect() {
    return progress.hasLost();
  }

  /** Returns whether the next attempt is the last one. */
  boolean isOnLastAttempt() {
    return progress.attempts() >= spec.options().retries().maxRetries();
  }

  /** Notes that the task waits outside its queue, as it cannot run beside other suspects. */
  void waitsForSuspects() {
    progress.waitFor(
        TaskEvent.ISOLATE,
        "a process in which no other task runs that was running when a process died ("
            + progress.describeLost() + ")",
        () -> WaitStep.end(
            "it tries again every " + SuspectTaskIsolator.RETRY_INTERVAL, WaitCause.TIMER));
  }

  /** Returns the task to its queue after such a wait. */
  void requeue() {
    goToQueue(SLOT);
  }

  /** Schedules a retry after a retriable failure; returns false if no attempt is left. */
  private boolean scheduleRetry(ObjectFailure failure) {
    int attempt = progress.attempts();
    if (attempt > spec.options().retries().maxRetries()) {
      return false;
    }
    var pause = RetryBackoff.after(spec.options().retries().backoff(), attempt);
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

  // ---- run on another node

  /** Begins an attempt on another node; returns false if there is an outcome already. */
  boolean beginRemoteAttempt(RemoteRunner to) {
    return progress.send(to);
  }

  int attempts() {
    return progress.attempts();
  }

  /**
   * Notes that the task was sent. If its cancellation was sent before the task, the other node did
   * not know the task then: the cancellation is sent again.
   */
  void sent(RemoteRunner to) {
    if (progress.isUnwantedAt(to)) {
      to.cancel(this, progress.isRecursivelyCancelled());
    }
  }

  /**
   * Takes the task back from a node that did not begin it; the attempt does not count. Returns
   * whether the task is still wanted, so that it goes back to its queue.
   */
  boolean returned(RemoteRunner from) {
    return endRemoteAttempt(from, TaskEvent.TAKE_BACK, 1);
  }

  /** Takes the task back from a node that did not begin it because an argument must be located. */
  void returned(RemoteRunner from, ObjectId absent) {
    if (endRemoteAttempt(from, TaskEvent.END_ATTEMPT, 1)) {
      searchAgain(absent);
    }
  }

  /**
   * Ends the attempt on the other node; returns false if it had ended before, or the task has its
   * outcome.
   */
  private boolean endRemoteAttempt(RemoteRunner from, TaskEvent event, int uncounted) {
    if (!progress.endRemote(from, event, uncounted)) {
      return false;
    }
    if (isSuspect()) {
      services.suspects().endProbation(this);
    }
    return !progress.isDone();
  }

  /** Takes one more element of a stream. */
  void arrived(RemoteRunner from, int index, ObjectContent content) {
    var stream = progress.isAt(from) ? stream() : null;
    if (stream != null) {
      stream.arrived(index, content);
    } else {
      content.discard();
    }
  }

  /** Takes the results that the other node has made. */
  void arrived(RemoteRunner from, List<ObjectContent> contents) {
    if (endRemoteAttempt(from, TaskEvent.END_ATTEMPT, 0)) {
      publish(sink().prepareReceived(contents));
    } else {
      contents.forEach(ObjectContent::discard);
    }
  }

  /** Handles the failure of the attempt on the other node. */
  void failed(RemoteRunner from, ObjectFailure failure) {
    if (!endRemoteAttempt(from, TaskEvent.END_ATTEMPT, 0)) {
      return;
    }
    boolean retriable = failure.is(TaskFailedException.class)
        && spec.options().retries().retryOn().stream().anyMatch(failure::isCausedBy);
    if (!retriable || !scheduleRetry(failure)) {
      fail(failure);
    }
  }

  /** Handles the loss of the node that runs the attempt. */
  void lost(RemoteRunner from, String node, String how) {
    if (!endRemoteAttempt(from, TaskEvent.END_ATTEMPT, 0)) {
      return;
    }
    progress.noteLoss(node, how);
    int attempt = progress.attempts();
    int max = spec.options().retries().maxRetries();
    if (progress.isCancelled()) {
      cancelAlone();
    } else if (attempt <= max) {
      enqueue("a slot for another attempt, as " + node + " was lost: " + how, null);
    } else {
      fail(TaskFailures.lost(describe(), node, how, attempt, max, progress.describeLost()));
    }
  }

  // ---- run on this node

  /** Runs one attempt in the calling slot; no exception of it ends the slot. */
  void attempt(CpuHold hold) {
    try {
      var attempt = new LocalAttempt(this, execution(hold));
      if (progress.begin(attempt)) {
        limitAttempt();
        sink().started();
        attempt.run();
      }
    } catch (Throwable broken) {
      failOutsideBody(broken);
    }
  }

  /** Describes the next attempt; nobody else begins one while a slot has the task. */
  private Execution execution(CpuHold hold) {
    var identity = new Execution.Identity(
        services.given().runtime(),
        id(),
        spec.name(),
        progress.attempts() + 1,
        spec.options().resources(),
        deadlineHere(),
        spec.job(),
        spec.name(),
        PlacementGroupCodec.of(spec.options().placement()));
    var execution = new Execution(identity, this, hold, () -> null);
    if (!progress.isSearching()) {
      execution.makeAbortable();
    }
    return execution;
  }

  /**
   * Starts the timeout of the attempt. It runs until the value is complete: longer than the body if
   * that returns a stage.
   */
  private void limitAttempt() {
    var limit = spec.options().timeLimits().timeout();
    if (limit != null) {
      cancelTimeout =
          services.after(limit, () -> timeOut("ran longer than its timeout of " + limit));
    }
  }

  /**
   * Notes that the body has returned a stage; returns false if nobody wants its value.
   *
   * @param isComplete whether the stage has its value already
   */
  boolean stage(LocalAttempt attempt, boolean isComplete) {
    if (!progress.stage(attempt)) {
      return false;
    }
    if (!isComplete) {
      sink().staged();
    }
    return true;
  }

  /** Notes that the calling thread has left the attempt. */
  void left(LocalAttempt attempt) {
    progress.leave(attempt);
  }

  /** Notes how many elements of the stream have been read. */
  void taken(int count) {
    sink().taken(count);
  }

  /** Handles what an attempt on this node has thrown, or its stage has failed with. */
  void threw(LocalAttempt attempt, Throwable thrown) {
    if (progress.isCancelled()) {
      bodyThrew(attempt, thrown);
      return;
    }
    switch (thrown) {
      case LostArgumentException lost -> fail(new ObjectFailure(() -> lost.neededBy(describe())));
      case UnreadableCallException unreadable ->
        fail(new ObjectFailure(() -> unreadable.toException(describe(), services.node())));
      case ArgumentUnavailableException absent -> abandonUnstarted(absent.object());
      default -> bodyThrew(attempt, thrown);
    }
  }

  private void bodyThrew(LocalAttempt attempt, Throwable thrown) {
    var cause = CapturedThrowable.ofStage(thrown);
    int number = progress.attempts();
    if (!progress.endFailed(attempt)) {
      return;
    }
    attempt.forgetStage();
    if (progress.isCancelled()) { // the exception is most likely the refusal to start more tasks
      cancelAlone();
      return;
    }
    cancelTimeout.run();
    var failure = TaskFailures.thrown(describe(), number, cause);
    boolean retriable = spec.options().retries().retryOn().stream().anyMatch(cause::isOf);
    if (!retriable || !scheduleRetry(failure)) {
      // captured only where a reader will get it
      fail(services.store().withEncodedException(failure));
    }
  }

  /**
   * Ends the attempt before its body begins, as an argument is not at its location; the attempt
   * does not count.
   */
  private void abandonUnstarted(ObjectId absent) {
    cancelTimeout.run();
    if (!sink().returnUnstarted(absent) && progress.endUnstarted()) {
      searchAgain(absent);
    }
  }

  /** Removes the task, which goes back to its submitter as if it had never been here. */
  void abandon() {
    if (progress.settle()) {
      release();
    }
  }

  // ---- resulted

  /** Stores and publishes the value that an attempt on this node has given. */
  void returned(@Nullable Object value) {
    if (progress.isDone()) {
      return;
    }
    if (progress.isCancelled()) { // the body saw the cancellation before the ref did
      cancelAlone();
      return;
    }
    try {
      publish(sink().prepare(value));
    } catch (ResultNotStoredException notStored) {
      fail(new ObjectFailure(() -> notStored.toException(describe())));
    }
  }

  /** Publishes the outcome if it is the first. It counts even if publishing fails. */
  private void publish(TaskResultSink.PreparedResults prepared) {
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
  private boolean fail(ObjectFailure failure) {
    if (!progress.settle()) {
      return false;
    }
    sink().fail(failure);
    settled();
    return true;
  }

  private void settled() {
    cancelDeadline.run();
    cancelTimeout.run();
    release();
  }

  private void release() {
    services.pending().remove(this);
    if (!isSubmittedElsewhere()) {
      services.admission().release(spec.call().heapBytes());
      services.queues().trim();
    }
    spec.call().release();
  }

  // ---- given up

  private void timeOut(String how) {
    var message = describe() + " " + how + "; it was interrupted."
        + WaitChainWalker.nonBlocking().walk(this).toSentence();
    stop(() -> new TaskTimeoutException(message));
  }

  @Override
  public void cancel(long task, boolean recursive) {
    services.pending().cancelHere(this, recursive);
    if (recursive && attempts() > 0) { // what the task started may have led to tasks on any node
      services.pending().cancelElsewhere(id());
    }
  }

  /**
   * Marks the task as cancelled: its body is not begun any more, and starts no more tasks if it
   * runs.
   *
   * @param recursive whether the node that runs the task also cancels what the task has started
   *     there
   */
  void markCancelled(boolean recursive) {
    progress.markCancelled(recursive);
  }

  void cancelAlone() {
    stop(() -> TaskFailures.cancelled(describe()));
  }

  /** Returns whether the task has an outcome that is no cancellation. */
  boolean isOver() {
    return progress.isOver();
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
      other.cancel(this, progress.isRecursivelyCancelled());
    }
    var pending = isOutcome ? progress.takeStaged() : null;
    if (pending != null) {
      pending.cancelStage(services.store());
    }
  }

  // ---- what it waits for

  /** Returns whether the task waits for something before a slot can take it. */
  boolean isWaiting() {
    return progress.isBeforeSlot();
  }

  /**
   * Returns a report of what the task waits for before a slot can take it.
   *
   * @param whyNoSlot why its queue has no slot, or empty
   */
  WaitingWork waiting(Supplier<String> whyNoSlot) {
    var missing = spec.call().describeMissing();
    var why = missing.isEmpty() ? waitsFor(whyNoSlot) : "arguments that are not ready: " + missing;
    return new WaitingWork(describe(), spec.options().resources(), why);
  }

  private String waitsFor(Supplier<String> whyNoSlot) {
    var what = progress.waitReason();
    var why = progress.isQueued() ? whyNoSlot.get() : "";
    return why.isEmpty() ? what : what + ": " + why;
  }

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
