package io.mobula.internal.task;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.Placement;
import io.mobula.PlacementGroupId;
import io.mobula.TaskOptions;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.CodecException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.NodeLostException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.error.TaskTimeoutException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.call.LostArgumentException;
import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.call.StageCancellation;
import io.mobula.internal.call.UnreadableCallException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Job;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.execution.WorkLocation;
import io.mobula.internal.placement.PlacementGroupCodec;
import io.mobula.internal.store.ArgumentUnavailableException;
import io.mobula.internal.store.CallArgumentViews;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitChainWalker;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.Lineage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task from submission to its outcome, through all attempts.
 *
 * <p>The first outcome counts: a result, a failure, a cancellation or a timeout. A body that goes
 * on after that runs to its end without effect on the result. State is guarded by the monitor; user
 * code never runs under it.
 */
final class TaskRun implements ValueProducer, WaitPoint {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);
  private static final Duration MAX_BACKOFF = Duration.ofMinutes(1);
  private static final int MAX_LINEAGE = 32;
  private static final Duration RETELL = Duration.ofMillis(100);

  /**
   * Number of times that a task returns to its queue while arguments are located. After that it
   * locates them itself while it runs.
   */
  private static final int MAX_RETURNS = 16;

  /**
   * Specification of a task.
   *
   * @param id its first result, by which all processes know it
   * @param call its function and arguments
   * @param name its name in logs and errors
   * @param job the job that it belongs to
   */
  record TaskSpec(ObjectId id, BoundCall call, String name, TaskOptions options, Job job) {
    long number() {
      return id.task();
    }
  }

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
  private final TaskEngine engine;
  private final long since = System.nanoTime();
  private @Nullable Deadline deadline;
  private volatile Runnable cancelDeadline = () -> {};
  private volatile Runnable cancelTimeout = () -> {};
  private volatile @Nullable TaskRun parent;
  private List<ObjectId> lineage = List.of();
  private volatile @Nullable Lineage elements;

  private @Nullable TaskResultSink sink;
  private int attempts;
  private boolean done;
  private boolean cancelled;
  private boolean recursively;
  private @Nullable Thread runner;
  private @Nullable Execution execution;
  private @Nullable CompletionStage<?> stage;
  private boolean stageHeard;
  private @Nullable CallArgumentViews borrowed;
  private @Nullable RemoteRunner remote;
  private long sentAt;
  private @Nullable LostAttempts lostAttempts;
  private String waitReason = "";
  private boolean queued;
  private volatile @Nullable WaitPoint waitsAt; // a queue sets it under its own lock
  private int returns;
  private boolean searching; // for arguments, while it holds its resources

  TaskRun(TaskSpec spec, @Nullable TaskRun parent, TaskEngine engine) {
    this.spec = spec;
    this.engine = engine;
    this.parent = parent;
    // otherwise a task that starts its successor for ever would keep all its ancestors
    if (parent != null) {
      parent.forgetDoneAncestors();
      lineage = engine.isClustered() ? parent.lineageOfChildren() : List.of();
    }
    var limit = spec.options().timeLimits().deadline();
    this.deadline = limit == null ? null : Deadline.after(limit);
  }

  /** Returns the nearest of the task's ancestors, nearest first, as all nodes know them. */
  List<ObjectId> lineage() {
    return lineage;
  }

  private List<ObjectId> lineageOfChildren() {
    var longer = new ArrayList<ObjectId>(List.of(id()));
    longer.addAll(lineage.subList(0, Math.min(lineage.size(), MAX_LINEAGE - 1)));
    return List.copyOf(longer);
  }

  boolean descendsFrom(ObjectId ancestor) {
    return lineage.contains(ancestor);
  }

  /** Returns whether the task is placed in that placement group. */
  boolean isIn(PlacementGroupId group) {
    return spec.options().placement() instanceof Placement.Group placed
        && placed.group().id().equals(group);
  }

  /** Returns whether another node has submitted the task. */
  boolean isSubmittedElsewhere() {
    return sink instanceof RemoteResultSink || sink instanceof ReconstructedResultSink;
  }

  TaskSpec spec() {
    return spec;
  }

  /** Returns the engine of the process that submitted the task or runs it for another node. */
  TaskEngine engine() {
    return engine;
  }

  private void forgetDoneAncestors() {
    parent = liveParent();
  }

  /**
   * Returns the nearest ancestor that has no outcome yet or was cancelled, or null. Cancelled
   * ancestors stay in the chain even when done: otherwise their descendants could not be found.
   */
  final @Nullable TaskRun liveParent() {
    var nearest = parent;
    while (nearest != null && nearest.isDone() && !nearest.isCancelled()) {
      nearest = nearest.parent;
    }
    parent = nearest;
    return nearest;
  }

  /** Sets the sink for the outcome; before {@link #start}. */
  void setResultSink(TaskResultSink where) {
    sink = where;
  }

  private TaskResultSink sink() {
    return Objects.requireNonNull(sink, "results");
  }

  /** Describes the task, such as {@code task Quick.square (…-1f)}. */
  @Override
  public String describe() {
    return describe(spec.name(), id());
  }

  /** Describes a task by its name and id. */
  static String describe(String name, ObjectId id) {
    return "task " + name + " (" + id + ")";
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
      if (!queued) {
        return waitReason;
      }
      what = waitReason;
    }
    var why = whyNoSlot.get();
    return why.isEmpty() ? what : what + ": " + why;
  }

  synchronized boolean isWaiting() {
    return !done && runner == null && stage == null && remote == null;
  }

  private synchronized void setWaiting(String what, WaitPoint at) {
    waitReason = what;
    waitsAt = at;
    queued = false;
  }

  private synchronized void waitsForSlot(String what) {
    waitReason = what;
    waitsAt = null;
    queued = true;
  }

  /** Notes that the task waits in a slot of this node that runs another node's tasks. */
  synchronized void setWaitingIn(HostedTaskSlot slot) {
    waitReason = "its turn in a slot";
    waitsAt = slot;
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
    return now.done() && !engine.isPending(this)
        ? WaitStep.end(describe() + " has its outcome", WaitCause.READY)
        : TaskWait.of(this, now);
  }

  @Override
  public WaitStep waitStep(ObjectId wanted) {
    return TaskWait.of(this, snapshot());
  }

  private synchronized TaskWait.TaskSnapshot snapshot() {
    return new TaskWait.TaskSnapshot(
        done, runner, stage != null, remote, queued, waitReason, waitsAt, attempts);
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
        enqueue("a slot of its scheduling class");
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
    setWaiting(
        "arguments that are being located, as their nodes have left: " + search.describe(),
        () -> WaitStep.end("the search goes on", WaitCause.UNKNOWN));
    search.start(placed -> {
      if (!isDone()) {
        setSearching(!placed);
        goToQueue(what);
      }
    });
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
    waitsForSlot(what);
    try {
      engine.enqueue(this);
    } catch (Throwable refused) { // such as a closed ref that the task was to be placed near
      fail(new ObjectFailure(() -> unplaced(refused)));
    }
  }

  private MobulaException unplaced(Throwable refused) {
    return refused instanceof MobulaException known
        ? known
        : new InvalidRequestException(
            describe() + " cannot be placed: " + CapturedThrowable.textOf(refused));
  }

  // ---- an attempt on another node

  /** Begins an attempt on another node; returns false if there is an outcome already. */
  synchronized boolean beginRemoteAttempt(RemoteRunner to) {
    if (done || cancelled) {
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
    setWaiting(
        "a process in which no other task runs that was running when a process died (" + history()
            + ")",
        () -> WaitStep.end(
            "it tries again every " + SuspectTaskIsolator.RETRY_INTERVAL, WaitCause.TIMER));
  }

  /** Returns the task to its queue after such a wait. */
  void requeue() {
    if (!isDone()) {
      goToQueue("a slot of its scheduling class");
    }
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
      unwanted = done && remote == to;
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

  /** Takes the task back from a node that did not begin it; the attempt does not count. */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  boolean returned(RemoteRunner from) {
    synchronized (this) {
      if (remote != from) {
        return false;
      }
      remote = null;
      attempts--;
    }
    endProbation();
    return !isDone();
  }

  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  private boolean endRemoteAttempt(RemoteRunner from) {
    synchronized (this) {
      if (remote != from) {
        return false;
      }
      remote = null;
    }
    endProbation();
    return true;
  }

  private void endProbation() {
    if (isSuspect()) {
      engine.suspects().endProbation(this);
    }
  }

  /** Takes the task back from a node that did not begin it because an argument must be located. */
  void returned(RemoteRunner from, ObjectId absent) {
    if (returned(from)) {
      searchAgain(absent);
    }
  }

  private void searchAgain(ObjectId absent) {
    synchronized (this) {
      returns++;
    }
    setSearching(false);
    LOG.info("{} is put back, as its argument {} is being located", describe(), absent);
    enqueue("a slot of its scheduling class", absent);
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
      sink().fail(brokenBy(broken));
    } finally {
      settled();
    }
  }

  private ObjectFailure brokenBy(Throwable broken) {
    return new ObjectFailure(() -> new TaskFailedException(
        describe() + " cannot give its result: " + CapturedThrowable.textOf(broken), broken));
  }

  /** Fails the task, unless it has an outcome: running it has failed outside its body. */
  void failOutsideBody(Throwable broken) {
    try {
      LOG.error("{} failed outside its body: {}", describe(), CapturedThrowable.textOf(broken));
      fail(brokenBy(broken));
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
    if (isFrom(from) && sink() instanceof TaskResultSink.Streamed(var stream)) {
      stream.arrived(index, content);
    } else {
      content.discard();
    }
  }

  /** Returns the stream whose elements another node makes, or null. */
  @Nullable
  ResultStream<?> stream() {
    return sink() instanceof TaskResultSink.Streamed(var stream) ? stream : null;
  }

  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  private synchronized boolean isFrom(RemoteRunner from) {
    return remote == from && !done;
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
    if (!endRemoteAttempt(from) || isDone()) {
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
      var message = describe() + " was running on " + node + ", which was lost (" + how
          + "), on attempt " + attempt + " of " + (max + 1L)
          + ". If it may run more than once, allow more with maxRetries. What became of it: "
          + history() + ".";
      fail(new ObjectFailure(() -> new NodeLostException(message)));
    }
  }

  /** Returns the failure of a task with an argument that cannot be sent to another node. */
  ObjectFailure cannotTravel(Throwable why) {
    return new ObjectFailure(() -> new CodecException(
        describe() + " cannot be sent to another node: " + CapturedThrowable.textOf(why), why));
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

  /** Sets the ancestors on other nodes; before the task runs. */
  void setLineage(List<ObjectId> ancestors) {
    lineage = ancestors;
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
    if (sink() instanceof RemoteResultSink wired) {
      wired.taken(count);
    }
  }

  // ---- an attempt on this node

  /** Runs one attempt in the calling slot. */
  void attempt(CpuHold hold) {
    var present = begin(hold);
    if (present == null) {
      return;
    }
    limitAttempt();
    if (sink() instanceof RemoteResultSink wired) {
      wired.started();
    }
    try {
      present.run(() -> {
        var value = spec.call().invoke(this::borrows);
        // clears an interrupt of the body's own; one that stops the task comes after its outcome
        Thread.interrupted();
        present.flush();
        succeed(value);
        return true;
      });
    } catch (Throwable thrown) { // whatever user code throws is its result
      end(takeBorrowedViews(true)); // before another attempt begins
      thrown(thrown);
    } finally {
      end(ended(present));
    }
  }

  private synchronized void borrows(CallArgumentViews views) {
    borrowed = views;
  }

  /**
   * Takes the views that the present attempt has borrowed; the caller ends them when nothing reads
   * them any more.
   *
   * @param staged whether to take them although the attempt has returned a stage
   */
  private synchronized @Nullable CallArgumentViews takeBorrowedViews(boolean staged) {
    var views = borrowed;
    if (stage == null || staged) {
      borrowed = null;
      return views;
    }
    return null;
  }

  private static void end(@Nullable CallArgumentViews views) {
    if (views != null) {
      views.end();
    }
  }

  private synchronized @Nullable Execution begin(CpuHold hold) {
    if (done || cancelled) {
      return null;
    }
    attempts++;
    Thread.interrupted(); // an interrupt before the attempt was meant for another task
    runner = Thread.currentThread();
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
    execution = new Execution(identity, this, hold, () -> null);
    if (!searching) {
      execution.makeAbortable();
    }
    return execution;
  }

  /**
   * Finishes an attempt; returns its borrowed views if they end with it. If the next attempt has
   * begun elsewhere, its state and views are left alone.
   */
  @SuppressWarnings("ReferenceEquality") // an execution is known by identity
  private synchronized @Nullable CallArgumentViews ended(Execution attempt) {
    Thread.interrupted(); // a late interrupt was meant for the attempt that just ended
    if (execution != attempt) {
      return null;
    }
    runner = null;
    execution = null;
    return takeBorrowedViews(false);
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

  private void succeed(@Nullable Object value) {
    if (value instanceof CompletionStage<?> later) {
      synchronized (this) {
        if (done) {
          return;
        }
        stage = later;
        stageHeard = false;
      }
      if (sink() instanceof RemoteResultSink wired && !isComplete(later)) {
        wired.staged();
      }
      later.whenComplete((result, failure) -> completed(later, result, failure));
    } else {
      store(value);
    }
  }

  private static boolean isComplete(CompletionStage<?> stage) {
    return stage instanceof CompletableFuture<?> future && future.isDone();
  }

  /**
   * Returns whether this is the first completion of the awaited stage. A user's stage class may
   * complete more than once.
   */
  @SuppressWarnings("ReferenceEquality") // a stage is known by identity
  private synchronized boolean isHeardFirst(CompletionStage<?> from) {
    boolean first = stage == from && !stageHeard;
    stageHeard |= first;
    return first;
  }

  private void completed(
      CompletionStage<?> from, @Nullable Object result, @Nullable Throwable failure) {
    if (!isHeardFirst(from)) {
      return;
    }
    var views = takeBorrowedViews(true);
    try {
      if (failure != null) {
        end(views);
        thrown(failure);
      } else {
        store(result);
      }
    } catch (Throwable thrown) { // the stage would swallow it, and the ref would never complete
      thrown(thrown);
    } finally {
      end(views);
    }
  }

  private void store(@Nullable Object value) {
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

  private void thrown(Throwable thrown) {
    if (thrown instanceof LostArgumentException lost && !isCancelled()) {
      fail(new ObjectFailure(() -> lost.neededBy(describe())));
      return;
    }
    if (thrown instanceof UnreadableCallException unreadable && !isCancelled()) {
      fail(new ObjectFailure(() -> unreadable.toException(describe(), engine.node())));
      return;
    }
    if (thrown instanceof ArgumentUnavailableException absent && !isCancelled()) {
      abandonUnstarted(absent.object());
      return;
    }
    var cause = CapturedThrowable.ofStage(thrown);
    int attempt;
    synchronized (this) {
      if (done) {
        return;
      }
      stage = null;
      attempt = attempts;
    }
    if (isCancelled()) { // the exception is most likely the refusal to start more tasks
      cancelAlone();
      return;
    }
    cancelTimeout.run();
    var failure = new ObjectFailure(() -> new TaskFailedException(
        describe() + " failed on attempt " + attempt + ": " + cause.text(), cause.exception()));
    boolean retriable = spec.options().retries().retryOn().stream().anyMatch(cause::isOf);
    if (!retriable || !scheduleRetry(failure)) {
      // captured only where a reader will get it
      fail(engine.store().withEncodedException(failure));
    }
  }

  /**
   * Ends the attempt before its body begins, as an argument is not at its location; the attempt
   * does not count.
   */
  private void abandonUnstarted(ObjectId absent) {
    cancelTimeout.run();
    if (sink() instanceof RemoteResultSink wired) {
      wired.abandonUnstarted(absent);
      return;
    }
    synchronized (this) {
      if (done) {
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
    var pause = backoff(attempt);
    setWaiting(
        "its retry after attempt " + attempt + " failed with "
            + failure.causeTypes().getFirst(),
        () -> WaitStep.end("it is queued again " + pause + " after that", WaitCause.TIMER));
    engine.after(pause, () -> enqueue("a slot of its scheduling class"));
    return true;
  }

  private Duration backoff(int attempt) {
    var first = spec.options().retries().backoff();
    if (first.compareTo(MAX_BACKOFF) > 0) {
      return MAX_BACKOFF;
    }
    var wanted = first.multipliedBy(1L << Math.min(attempt - 1, 20));
    return wanted.compareTo(MAX_BACKOFF) > 0 ? MAX_BACKOFF : wanted;
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
    if (execution != null) {
      execution.cancel();
    }
  }

  void cancelAlone() {
    var message = describe() + " was cancelled.";
    stop(() -> new TaskCancelledException(message, null));
  }

  /** Fails the task immediately and interrupts the body if it runs. */
  void stop(Supplier<MobulaException> why) {
    synchronized (this) {
      if (done) {
        return;
      }
      if (execution != null) {
        execution.cancel();
      }
    }
    var pending = fail(
        new ObjectFailure(why)); // first, or the body's InterruptedException may become the outcome
    RemoteRunner other;
    synchronized (this) {
      if (runner != null) {
        runner.interrupt();
      }
      other = remote;
    }
    if (other != null) {
      other.cancel(this, recursively);
    }
    if (pending != null) {
      StageCancellation.cancel(pending, engine.store());
      end(takeBorrowedViews(true));
    }
  }

  private synchronized boolean isDone() {
    return done;
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Claims the outcome; returns true for the first caller, which may publish its outcome. */
  private synchronized boolean claim() {
    boolean first = !done;
    done = true;
    return first;
  }

  /** Fails the task; returns the stage that the present attempt waits for, or null. */
  private @Nullable CompletionStage<?> fail(ObjectFailure failure) {
    if (!claim()) {
      return null;
    }
    sink().fail(failure);
    settled();
    synchronized (this) {
      var pending = stage;
      stage = null;
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
    return execution;
  }

  @Override
  public synchronized @Nullable WorkLocation workLocation(ObjectId wanted) {
    return remote == null ? null : new WorkLocation(remote.node(), id());
  }
}
