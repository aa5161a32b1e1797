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
import io.mobula.spi.Lineage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task from submission to its outcome, through all attempts.
 *
 * <p>{@link TaskState} names its states, {@link TaskEvent} what leads from one to another. The
 * first outcome counts: a result, a failure, a cancellation or a timeout. A body that goes on after
 * that runs to its end without effect on the result. State is guarded by the monitor; user code
 * never runs under it.
 */
final class TaskRun implements ValueProducer, WaitPoint {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);
  private static final Duration RETELL = Duration.ofMillis(100);
  private static final String SLOT = "a slot of its scheduling class";

  /**
   * Number of times that a task returns to its queue while arguments are located. After that it
   * locates them itself while it runs.
   */
  private static final int MAX_RETURNS = 16;

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
  private final TaskEngine engine;
  private final long since = System.nanoTime();
  private @Nullable Deadline deadline;
  private volatile Runnable cancelDeadline = () -> {};
  private volatile Runnable cancelTimeout = () -> {};
  private volatile @Nullable Lineage elements;

  private @Nullable TaskResultSink sink;
  private TaskState state = TaskState.BOUND;
  private int attempts;
  private boolean cancelled;
  private boolean recursively;
  private @Nullable LocalAttempt running; // until its thread has left it
  private @Nullable LocalAttempt staged;
  private @Nullable RemoteRunner remote;
  private long sentAt;
  private @Nullable LostAttempts lostAttempts;
  private String waitReason = "";
  private volatile @Nullable WaitPoint waitsAt; // a queue sets it under its own lock
  private int returns;
  private boolean searching; // for arguments, while it holds its resources

  TaskRun(TaskSpec spec, TaskAncestry ancestry, TaskEngine engine) {
    this.spec = spec;
    this.ancestry = ancestry;
    this.engine = engine;
    var limit = spec.options().timeLimits().deadline();
    this.deadline = limit == null ? null : Deadline.after(limit);
  }

  TaskSpec spec() {
    return spec;
  }

  TaskAncestry ancestry() {
    return ancestry;
  }

  /** Returns the engine of the process that submitted the task or runs it for another node. */
  TaskEngine engine() {
    return engine;
  }

  /** Returns whether another node has submitted the task. */
  boolean isSubmittedElsewhere() {
    return sink().isForAnotherNode();
  }

  /**
   * Changes the state as the event says; returns false if the event is refused in the present
   * state. Called under the monitor.
   */
  private boolean change(TaskEvent event) {
    var next = event.after(state);
    if (next != null) {
      state = next;
    }
    return next != null;
  }

  /** Sets the sink for the outcome; before {@link #start}. */
  void setResultSink(TaskResultSink where) {
    sink = where;
  }

  private TaskResultSink sink() {
    return Objects.requireNonNull(sink, "results");
  }

  @Override
  public String describe() {
    return spec.describe();
  }

  private ObjectId id() {
    return spec.id();
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
    String what;
    synchronized (this) {
      if (state != TaskState.QUEUED) {
        return waitReason;
      }
      what = waitReason;
    }
    var why = whyNoSlot.get();
    return why.isEmpty() ? what : what + ": " + why;
  }

  synchronized boolean isWaiting() {
    return state.isBeforeSlot() && running == null;
  }

  /** Begins to wait as the event says; returns false if that is refused. */
  private synchronized boolean waitFor(TaskEvent event, String what, @Nullable WaitPoint at) {
    if (!change(event)) {
      return false;
    }
    waitReason = what;
    waitsAt = at;
    return true;
  }

  /** Notes that the task waits in a slot of this node that runs another node's tasks. */
  void setWaitingIn(HostedTaskSlot slot) {
    waitFor(TaskEvent.ENQUEUE, "its turn in a slot", slot);
  }

  /** Sets the queue that has the task, or null. */
  void setQueue(@Nullable SchedulingClassQueue queue) {
    waitsAt = queue;
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
    var now = snapshot();
    return now.state() == TaskState.DONE && !engine.isPending(this)
        ? WaitStep.end(describe() + " has its outcome", WaitCause.READY)
        : TaskWait.of(this, now);
  }

  @Override
  public WaitStep waitStep(ObjectId wanted) {
    return TaskWait.of(this, snapshot());
  }

  private synchronized TaskWait.TaskSnapshot snapshot() {
    return new TaskWait.TaskSnapshot(
        state, running == null ? null : running.thread(), remote, waitReason, waitsAt, attempts);
  }

  /**
   * Queues the task as soon as its arguments are ready, or fails it with the first failed argument.
   */
  void start() {
    var limit = spec.options().timeLimits().deadline();
    if (limit != null) {
      cancelDeadline =
          engine.after(limit, () -> timeOut("was not done at its deadline of " + limit));
    }
    spec.call().whenReady(() -> {
      var failed = spec.call().failedArgument();
      if (failed != null) {
        fail(LostArgumentException.propagate(failed, describe()));
      } else {
        enqueue(SLOT);
      }
    });
  }

  private void enqueue(String what) {
    enqueue(what, null);
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
        setSearching(true);
      }
      goToQueue(what);
      return;
    }
    boolean isWanted = waitFor(
        TaskEvent.LOCATE,
        "arguments that are being located, as their nodes have left: " + search.describe(),
        () -> WaitStep.end("the search goes on", WaitCause.UNKNOWN));
    if (isWanted) {
      search.start(placed -> {
        setSearching(!placed);
        goToQueue(what);
      });
    }
  }

  /** Returns whether the next attempt locates its arguments itself. */
  synchronized boolean isSearching() {
    return searching;
  }

  /**
   * Sets whether the next attempt locates its arguments itself; before {@link #start}, or between
   * two attempts.
   */
  synchronized void setSearching(boolean itself) {
    searching = itself || returns >= MAX_RETURNS;
  }

  /** Adds the task to its queue. An invalid placement becomes the outcome and is not thrown. */
  private void goToQueue(String what) {
    if (!waitFor(TaskEvent.ENQUEUE, what, null)) {
      return;
    }
    try {
      engine.enqueue(this);
    } catch (Throwable refused) { // such as a closed ref that the task was to be placed near
      fail(TaskFailures.unplaced(describe(), refused));
    }
  }

  // ---- an attempt on another node

  /** Begins an attempt on another node; returns false if there is an outcome already. */
  synchronized boolean beginRemoteAttempt(RemoteRunner to) {
    if (cancelled || !change(TaskEvent.SEND)) {
      return false;
    }
    attempts++;
    remote = to;
    sentAt = System.nanoTime();
    return true;
  }

  /** Returns whether the task was running when a process died. */
  synchronized boolean isSuspect() {
    return lostAttempts != null;
  }

  /** Returns whether the next attempt is the last one. */
  synchronized boolean isOnLastAttempt() {
    return attempts >= spec.options().retries().maxRetries();
  }

  /** Notes that the task waits outside its queue, as it cannot run beside other suspects. */
  void waitsForSuspects() {
    waitFor(
        TaskEvent.ISOLATE,
        "a process in which no other task runs that was running when a process died (" + history()
            + ")",
        () -> WaitStep.end(
            "it tries again every " + SuspectTaskIsolator.RETRY_INTERVAL, WaitCause.TIMER));
  }

  /** Returns the task to its queue after such a wait. */
  void requeue() {
    goToQueue(SLOT);
  }

  private synchronized String history() {
    return lostAttempts == null ? "" : lostAttempts.describe();
  }

  private synchronized void noteLoss(String node, String how) {
    if (lostAttempts == null) {
      lostAttempts = new LostAttempts();
    }
    lostAttempts.add(attempts, node, sentAt, how);
  }

  /**
   * Notes that the task was sent. If its cancellation was sent before the task, the other node did
   * not know the task then: the cancellation is sent again.
   */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  void sent(RemoteRunner to) {
    boolean unwanted;
    boolean all;
    synchronized (this) {
      unwanted = state == TaskState.DONE && remote == to;
      all = recursively;
    }
    if (unwanted) {
      to.cancel(this, all);
    }
  }

  synchronized int attempts() {
    return attempts;
  }

  /** Returns the kind and number of the results. */
  TaskResultSink.Shape shape() {
    return sink().shape();
  }

  /**
   * Takes the task back from a node that did not begin it; the attempt does not count. Returns
   * whether the task is still wanted, so that it goes back to its queue.
   */
  boolean returned(RemoteRunner from) {
    return endRemoteAttempt(from, TaskEvent.TAKE_BACK, 1);
  }

  private boolean endRemoteAttempt(RemoteRunner from) {
    return endRemoteAttempt(from, TaskEvent.END_ATTEMPT, 0);
  }

  /**
   * Ends the attempt on the other node; returns false if it had ended before, or the task has its
   * outcome.
   *
   * @param uncounted 1 if the attempt does not count, else 0
   */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  private boolean endRemoteAttempt(RemoteRunner from, TaskEvent event, int uncounted) {
    boolean goesOn;
    synchronized (this) {
      if (remote != from) {
        return false;
      }
      remote = null;
      attempts -= uncounted;
      goesOn = change(event);
    }
    endProbation();
    return goesOn;
  }

  private void endProbation() {
    if (isSuspect()) {
      engine.suspects().endProbation(this);
    }
  }

  /** Takes the task back from a node that did not begin it because an argument must be located. */
  void returned(RemoteRunner from, ObjectId absent) {
    if (endRemoteAttempt(from, TaskEvent.END_ATTEMPT, 1)) {
      searchAgain(absent);
    }
  }

  private void searchAgain(ObjectId absent) {
    synchronized (this) {
      returns++;
    }
    setSearching(false);
    LOG.info("{} is put back, as its argument {} is being located", describe(), absent);
    enqueue(SLOT, absent);
  }

  /** Takes the results that the other node has made. */
  void arrived(RemoteRunner from, List<ObjectContent> contents) {
    if (!endRemoteAttempt(from)) {
      contents.forEach(ObjectContent::discard);
      return;
    }
    publish(sink().prepareReceived(contents));
  }

  /** Publishes the outcome if it is the first. It counts even if publishing fails. */
  private void publish(TaskResultSink.PreparedResults prepared) {
    if (!claim()) {
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
      engine.after(RETELL, () -> fail(ObjectFailure.UNDESCRIBED));
    }
  }

  /**
   * Returns the lineage of the stream's elements, created for the first element and shared by all.
   */
  Lineage lineageOfElements(Supplier<Lineage> make) {
    var known = elements;
    if (known == null) {
      known = make.get();
      elements = known;
    }
    return known;
  }

  /** Takes one more element of a stream. */
  void arrived(RemoteRunner from, int index, ObjectContent content) {
    var stream = isFrom(from) ? stream() : null;
    if (stream != null) {
      stream.arrived(index, content);
    } else {
      content.discard();
    }
  }

  /** Returns the stream whose elements another node makes, or null. */
  @Nullable
  ResultStream<?> stream() {
    return sink().stream();
  }

  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  private synchronized boolean isFrom(RemoteRunner from) {
    return remote == from && state != TaskState.DONE;
  }

  /** Handles the failure of the attempt on the other node. */
  void failed(RemoteRunner from, ObjectFailure failure) {
    if (!endRemoteAttempt(from)) {
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
    if (!endRemoteAttempt(from)) {
      return;
    }
    noteLoss(node, how);
    int attempt = attempts();
    int max = spec.options().retries().maxRetries();
    if (isCancelled()) {
      cancelAlone();
    } else if (attempt <= max) {
      enqueue("a slot for another attempt, as " + node + " was lost: " + how);
    } else {
      fail(TaskFailures.lost(describe(), node, how, attempt, max, history()));
    }
  }

  // ---- another node's task

  /**
   * Sets the attempt number and the time left for the result, as told by the submitter. A duration
   * is used since clocks differ between nodes.
   */
  void setAttempt(int number, @Nullable Duration left) {
    attempts = number - 1;
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

  /** Removes the task, which goes back to its submitter as if it had never been here. */
  void abandon() {
    if (claim()) {
      engine.ended(this);
      spec.call().release();
    }
  }

  /** Notes how many elements of the stream have been read. */
  void taken(int count) {
    sink().taken(count);
  }

  // ---- an attempt on this node

  /** Runs one attempt in the calling slot. */
  void attempt(CpuHold hold) {
    var attempt = begin(hold);
    if (attempt != null) {
      limitAttempt();
      sink().started();
      attempt.run();
    }
  }

  private synchronized @Nullable LocalAttempt begin(CpuHold hold) {
    if (cancelled || !change(TaskEvent.BEGIN)) {
      return null;
    }
    attempts++;
    Thread.interrupted(); // an interrupt before the attempt was meant for another task
    var identity = new Execution.Identity(
        engine.runtime(),
        id(),
        spec.name(),
        attempts,
        spec.options().resources(),
        deadlineHere(),
        spec.job(),
        spec.name(),
        PlacementGroupCodec.of(spec.options().placement()));
    var execution = new Execution(identity, this, hold, () -> null);
    if (!searching) {
      execution.makeAbortable();
    }
    running = new LocalAttempt(this, execution);
    return running;
  }

  /**
   * Notes that the calling thread has left the attempt. If the next attempt has begun elsewhere,
   * that one stays the running one.
   */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  synchronized void left(LocalAttempt attempt) {
    Thread.interrupted(); // a late interrupt was meant for the attempt that just ended
    if (running == attempt) {
      running = null;
    }
  }

  /**
   * Starts the timeout of the attempt. It runs until the value is complete: longer than the body if
   * that returns a stage.
   */
  private void limitAttempt() {
    var limit = spec.options().timeLimits().timeout();
    if (limit != null) {
      cancelTimeout = engine.after(limit, () -> timeOut("ran longer than its timeout of " + limit));
    }
  }

  /**
   * Notes that the body has returned a stage; returns false if nobody wants its value.
   *
   * @param isComplete whether the stage has its value already
   */
  boolean stage(LocalAttempt attempt, boolean isComplete) {
    synchronized (this) {
      if (!change(TaskEvent.STAGE)) {
        return false;
      }
      staged = attempt;
    }
    if (!isComplete) {
      sink().staged();
    }
    return true;
  }

  /** Stores and publishes the value that an attempt on this node has given. */
  void returned(@Nullable Object value) {
    if (isDone()) {
      return;
    }
    if (isCancelled()) { // the body saw the cancellation before the ref did
      cancelAlone();
      return;
    }
    try {
      publish(sink().prepare(value));
    } catch (ResultNotStoredException notStored) {
      fail(new ObjectFailure(() -> notStored.toException(describe())));
    }
  }

  /** Handles what an attempt on this node has thrown, or its stage has failed with. */
  void threw(LocalAttempt attempt, Throwable thrown) {
    if (isCancelled()) {
      bodyThrew(attempt, thrown);
      return;
    }
    switch (thrown) {
      case LostArgumentException lost -> fail(new ObjectFailure(() -> lost.neededBy(describe())));
      case UnreadableCallException unreadable ->
        fail(new ObjectFailure(() -> unreadable.toException(describe(), engine.node())));
      case ArgumentUnavailableException absent -> abandonUnstarted(absent.object());
      default -> bodyThrew(attempt, thrown);
    }
  }

  private void bodyThrew(LocalAttempt attempt, Throwable thrown) {
    var cause = CapturedThrowable.ofStage(thrown);
    int number;
    synchronized (this) {
      if (!isPresent(attempt) || !change(TaskEvent.END_ATTEMPT)) {
        return;
      }
      staged = null;
      number = attempts;
    }
    attempt.forgetStage();
    if (isCancelled()) { // the exception is most likely the refusal to start more tasks
      cancelAlone();
      return;
    }
    cancelTimeout.run();
    var failure = TaskFailures.thrown(describe(), number, cause);
    boolean retriable = spec.options().retries().retryOn().stream().anyMatch(cause::isOf);
    if (!retriable || !scheduleRetry(failure)) {
      // captured only where a reader will get it
      fail(engine.store().withEncodedException(failure));
    }
  }

  /** Returns whether no later attempt has begun; called under the monitor. */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  private boolean isPresent(LocalAttempt attempt) {
    return running == attempt || staged == attempt;
  }

  /**
   * Ends the attempt before its body begins, as an argument is not at its location; the attempt
   * does not count.
   */
  private void abandonUnstarted(ObjectId absent) {
    cancelTimeout.run();
    if (sink().returnUnstarted(absent)) {
      return;
    }
    synchronized (this) {
      if (!change(TaskEvent.END_ATTEMPT)) {
        return;
      }
      attempts--;
    }
    searchAgain(absent);
  }

  /** Schedules a retry after a retriable failure; returns false if no attempt is left. */
  private boolean scheduleRetry(ObjectFailure failure) {
    int attempt = attempts();
    if (attempt > spec.options().retries().maxRetries()) {
      return false;
    }
    var pause = RetryBackoff.after(spec.options().retries().backoff(), attempt);
    boolean isWanted = waitFor(
        TaskEvent.BACK_OFF,
        "its retry after attempt " + attempt + " failed with "
            + failure.causeTypes().getFirst(),
        () -> WaitStep.end("it is queued again " + pause + " after that", WaitCause.TIMER));
    if (isWanted) {
      engine.after(pause, () -> enqueue(SLOT));
    }
    return true;
  }

  private void timeOut(String how) {
    var message = describe() + " " + how + "; it was interrupted."
        + WaitChainWalker.nonBlocking().walk(this).toSentence();
    stop(() -> new TaskTimeoutException(message));
  }

  @Override
  public void cancel(long task, boolean recursive) {
    cancelHere(recursive);
    if (recursive && attempts() > 0) { // what the task started may have led to tasks on any node
      engine.cancelElsewhere(id());
    }
  }

  /** Cancels the task, and its descendants that this node knows. */
  void cancelHere(boolean recursive) {
    var affected = new LinkedHashSet<>(List.of(this));
    markCancelled(recursive);
    while (recursive && affected.addAll(engine.descendantsOf(this))) {
      // a marked task starts no more tasks, so this terminates
      affected.forEach(run -> run.markCancelled(true));
    }
    affected.forEach(TaskRun::cancelAlone);
  }

  /**
   * Marks the task as cancelled: its body is not begun any more, and starts no more tasks if it
   * runs.
   *
   * @param recursive whether the node that runs the task also cancels what the task has started
   *     there
   */
  synchronized void markCancelled(boolean recursive) {
    cancelled = true;
    recursively |= recursive;
    if (running != null) {
      running.execution().cancel();
    }
  }

  void cancelAlone() {
    stop(() -> TaskFailures.cancelled(describe()));
  }

  /** Fails the task immediately and interrupts the body if it runs. */
  void stop(Supplier<MobulaException> why) {
    synchronized (this) {
      if (state == TaskState.DONE) {
        return;
      }
      if (running != null) {
        running.execution().cancel();
      }
    }
    var pending = fail(
        new ObjectFailure(why)); // first, or the body's InterruptedException may become the outcome
    RemoteRunner other;
    synchronized (this) {
      if (running != null) {
        running.thread().interrupt();
      }
      other = remote;
    }
    if (other != null) {
      other.cancel(this, recursively);
    }
    if (pending != null) {
      pending.cancelStage(engine.store());
    }
  }

  private synchronized boolean isDone() {
    return state == TaskState.DONE;
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Returns whether the task has an outcome that is no cancellation. */
  synchronized boolean isOver() {
    return state == TaskState.DONE && !cancelled;
  }

  /** Claims the outcome; returns true for the first caller, which may publish its outcome. */
  private synchronized boolean claim() {
    return change(TaskEvent.SETTLE);
  }

  /** Fails the task; returns the attempt that waits for its stage, or null. */
  private @Nullable LocalAttempt fail(ObjectFailure failure) {
    if (!claim()) {
      return null;
    }
    sink().fail(failure);
    settled();
    synchronized (this) {
      var pending = staged;
      staged = null;
      return pending;
    }
  }

  private void settled() {
    cancelDeadline.run();
    cancelTimeout.run();
    engine.ended(this);
    spec.call().release();
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

  @Override
  public synchronized @Nullable Execution blockingExecution(ObjectId wanted) {
    return running == null ? null : running.execution();
  }

  @Override
  public synchronized @Nullable WorkLocation workLocation(ObjectId wanted) {
    return remote == null ? null : new WorkLocation(remote.node(), id());
  }
}
