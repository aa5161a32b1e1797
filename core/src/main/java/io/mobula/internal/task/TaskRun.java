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
 * <p>The first outcome counts: a result, a failure, a cancellation or a time limit. A body that
 * goes on after that runs to its end unheard. State is guarded by the monitor; user code never runs
 * under it.
 */
final class TaskRun implements ValueProducer, WaitPoint {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);
  private static final int LONGEST_LINEAGE = 32;
  private static final Duration RETELL = Duration.ofMillis(100);

  /**
   * How many times it goes back to its queue while arguments are looked for. After that it looks
   * for them itself as it runs.
   */
  private static final int MOST_RETURNS = 16;

  /**
   * What a task is made of.
   *
   * @param id its first result, by which all processes know it
   * @param call its function and arguments
   * @param name what logs and errors call it
   * @param job whose it is
   */
  record TaskSpec(ObjectId id, BoundCall call, String name, TaskOptions options, Job job) {
    long number() {
      return id.task();
    }
  }

  /** An attempt that another node makes. */
  interface RemoteRunner {
    /** The process that makes it. */
    NodeId node();

    /** Whether it still expects an outcome of that task. */
    boolean has(TaskRun run);

    /** Nobody wants its outcome any more. */
    void cancel(TaskRun run, boolean recursive);
  }

  /** See {@link TaskEngine}: guarded by that one's lock. */
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
  private volatile @Nullable WaitPoint waitsAt; // a queue says so under its lock
  private int returns;
  private boolean searching; // for arguments, while it holds its resources

  TaskRun(TaskSpec spec, @Nullable TaskRun parent, TaskEngine engine) {
    this.spec = spec;
    this.engine = engine;
    this.parent = parent;
    if (parent
        != null) { // or a task that starts the next one for ever would keep all its ancestors
      parent.forgetDoneAncestors();
      lineage = engine.isClustered() ? parent.lineageOfChildren() : List.of();
    }
    var limit = spec.options().timeLimits().deadline();
    this.deadline = limit == null ? null : Deadline.after(limit);
  }

  /** The nearest of the tasks that led to it, nearest first, as all nodes know them. */
  List<ObjectId> lineage() {
    return lineage;
  }

  private List<ObjectId> lineageOfChildren() {
    var longer = new ArrayList<ObjectId>(List.of(id()));
    longer.addAll(lineage.subList(0, Math.min(lineage.size(), LONGEST_LINEAGE - 1)));
    return List.copyOf(longer);
  }

  boolean descendsFrom(ObjectId ancestor) {
    return lineage.contains(ancestor);
  }

  /** Whether it is to run in that placement group. */
  boolean isIn(PlacementGroupId group) {
    return spec.options().placement() instanceof Placement.Group placed
        && placed.group().id().equals(group);
  }

  /** Whether another node has submitted it. */
  boolean isSubmittedElsewhere() {
    return sink instanceof RemoteResultSink || sink instanceof ReconstructedResultSink;
  }

  TaskSpec spec() {
    return spec;
  }

  /** Of the process that it runs in, or has been submitted in. */
  TaskEngine engine() {
    return engine;
  }

  private void forgetDoneAncestors() {
    parent = liveParent();
  }

  /**
   * The nearest ancestor that has no outcome yet or was cancelled, or null. Cancelled ones stay in
   * the chain even when they are done, or whoever cancels them would lose the way to what they had
   * started.
   */
  final @Nullable TaskRun liveParent() {
    var nearest = parent;
    while (nearest != null && nearest.isDone() && !nearest.isCancelled()) {
      nearest = nearest.parent;
    }
    parent = nearest;
    return nearest;
  }

  /** Says where the outcome goes; before {@link #start}. */
  void setResultSink(TaskResultSink where) {
    sink = where;
  }

  private TaskResultSink sink() {
    return Objects.requireNonNull(sink, "results");
  }

  /** Names it, such as {@code task Quick.square (…-1f)}. */
  @Override
  public String describe() {
    return describe(spec.name(), id());
  }

  /** What a task is called in texts. */
  static String describe(String name, ObjectId id) {
    return "task " + name + " (" + id + ")";
  }

  private ObjectId id() {
    return spec.id();
  }

  /**
   * What it waits for before a slot can take it, for reports.
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

  private synchronized void waitsFor(String what, WaitPoint at) {
    waitReason = what;
    waitsAt = at;
    queued = false;
  }

  private synchronized void waitsForSlot(String what) {
    waitReason = what;
    waitsAt = null;
    queued = true;
  }

  /** It is in a slot of this node, which another has sent it to. */
  synchronized void setWaitingIn(HostedTaskSlot slot) {
    waitReason = "its turn in a slot";
    waitsAt = slot;
  }

  /** Whether that queue has it from now on, or none. */
  void setQueue(@Nullable SchedulingClassQueue queue) {
    waitsAt = queue;
  }

  /** When it was submitted, on the clock of {@link System#nanoTime()}. */
  long since() {
    return since;
  }

  /** Whoever has listed the pending tasks may ask when this one has told its refs and is done. */
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
   * Goes to its queue as soon as its arguments are ready, or fails with the first of them that
   * failed.
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
   * Goes to its queue when each argument has a place that it can be read from: the task that makes
   * a lost one again may need the resources that this one would hold.
   *
   * @param absent an argument that an attempt has not found where it was, or null
   */
  private void enqueue(String what, @Nullable ObjectId absent) {
    var search = spec.call().findMissing(absent);
    if (search == null) {
      if (absent != null) { // nothing to look for from here: the next attempt finds out why
        setSearching(true);
      }
      goToQueue(what);
      return;
    }
    waitsFor(
        "arguments that are looked for, as their nodes have left: " + search.describe(),
        () -> WaitStep.end("the search goes on", WaitCause.UNKNOWN));
    search.start(placed -> {
      if (!isDone()) {
        setSearching(!placed);
        goToQueue(what);
      }
    });
  }

  /** Whether its next attempt looks for its arguments itself. */
  synchronized boolean isSearching() {
    return searching;
  }

  /**
   * Sets whether its next attempt looks for its arguments itself; before {@link #start}, or between
   * two attempts.
   */
  synchronized void setSearching(boolean itself) {
    searching = itself || returns >= MOST_RETURNS;
  }

  /** Goes to its queue. What is wrong with its placement is its outcome, and is not thrown here. */
  private void goToQueue(String what) {
    waitsForSlot(what);
    try {
      engine.enqueue(this);
    } catch (Throwable refused) { // such as a closed ref that it was to be near to
      fail(new ObjectFailure(() -> unplaced(refused)));
    }
  }

  private MobulaException unplaced(Throwable refused) {
    return refused instanceof MobulaException known
        ? known
        : new InvalidRequestException(
            describe() + " cannot be placed: " + CapturedThrowable.textOf(refused));
  }

  // ---- an attempt that another node makes

  /** Another node shall make the next attempt; false if there is an outcome already. */
  synchronized boolean beginRemoteAttempt(RemoteRunner to) {
    if (done || cancelled) {
      return false;
    }
    attempts++;
    remote = to;
    sentAt = System.nanoTime();
    return true;
  }

  /** Whether it was running when a process died. */
  synchronized boolean isSuspect() {
    return lostAttempts != null;
  }

  /** Whether the attempt that is to begin next is the last one. */
  synchronized boolean isOnLastAttempt() {
    return attempts >= spec.options().retries().maxRetries();
  }

  /** It cannot run beside other suspects, and waits outside its queue. */
  void waitsForSuspects() {
    waitsFor(
        "a process in which no other task runs that was running when a process died (" + history()
            + ")",
        () -> WaitStep.end(
            "it tries again every " + SuspectTaskIsolator.RETRY_INTERVAL, WaitCause.TIMER));
  }

  /** Goes back to its queue after that. */
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
   * It has been sent to the other node. Who has ended it meanwhile may have told that node before,
   * which then did not know of it: it is told again.
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

  /** How many results there are to be. */
  TaskResultSink.Shape shape() {
    return sink().shape();
  }

  /** The other node did not begin it: the attempt does not count. */
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

  /** The other node did not begin it, as an argument has to be looked for. */
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
    LOG.info("{} is put back, as its argument {} is looked for", describe(), absent);
    enqueue("a slot of its scheduling class", absent);
  }

  /** The other node has made the results. */
  void arrived(RemoteRunner from, List<ObjectContent> contents) {
    if (!endRemoteAttempt(from)) {
      contents.forEach(ObjectContent::discard);
      return;
    }
    publish(sink().prepareReceived(contents));
  }

  /** The first outcome counts, and is one, even where it cannot be told. */
  private void publish(TaskResultSink.PreparedResults prepared) {
    if (!claim()) {
      prepared.discard();
      return;
    }
    try {
      prepared.publish();
    } catch (Throwable broken) { // whoever waits for it hears that
      sink().fail(brokenBy(broken));
    } finally {
      settled();
    }
  }

  private ObjectFailure brokenBy(Throwable broken) {
    return new ObjectFailure(() -> new TaskFailedException(
        describe() + " cannot give its result: " + CapturedThrowable.textOf(broken), broken));
  }

  /** Running it has failed outside its body: that is its outcome, unless it has one. */
  void failOutsideBody(Throwable broken) {
    try {
      LOG.error("{} failed outside its body: {}", describe(), CapturedThrowable.textOf(broken));
      fail(brokenBy(broken));
    } catch (Throwable again) { // no memory, most likely, and perhaps there is soon
      engine.after(RETELL, () -> fail(ObjectFailure.UNDESCRIBED));
    }
  }

  /** How elements of its stream are made again: the same for all, made for the first. */
  Lineage lineageOfElements(Supplier<Lineage> make) {
    var known = elements;
    if (known == null) {
      known = make.get();
      elements = known;
    }
    return known;
  }

  /** One more result of a stream. */
  void arrived(RemoteRunner from, int index, ObjectContent content) {
    if (isFrom(from) && sink() instanceof TaskResultSink.Streamed(var stream)) {
      stream.arrived(index, content);
    } else {
      content.discard();
    }
  }

  /** The results of a stream that another node makes, or null. */
  @Nullable
  ResultStream<?> stream() {
    return sink() instanceof TaskResultSink.Streamed(var stream) ? stream : null;
  }

  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  private synchronized boolean isFrom(RemoteRunner from) {
    return remote == from && !done;
  }

  /** The attempt on the other node has failed. */
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

  /** The other node is gone. */
  void lost(RemoteRunner from, String node, String how) {
    if (!endRemoteAttempt(from) || isDone()) {
      return;
    }
    noteLoss(node, how);
    int attempt = attempts();
    int most = spec.options().retries().maxRetries();
    if (isCancelled()) {
      cancelAlone();
    } else if (attempt <= most) {
      enqueue("a slot for another attempt, as " + node + " was lost: " + how);
    } else {
      var message = describe() + " was running on " + node + ", which was lost (" + how
          + "), on attempt " + attempt + " of " + (most + 1L)
          + ". If it may run more than once, allow more with maxRetries. What became of it: "
          + history() + ".";
      fail(new ObjectFailure(() -> new NodeLostException(message)));
    }
  }

  /** An argument cannot be sent to another node. */
  ObjectFailure cannotTravel(Throwable why) {
    return new ObjectFailure(() -> new CodecException(
        describe() + " cannot be sent to another node: " + CapturedThrowable.textOf(why), why));
  }

  // ---- another node's task

  /**
   * Which attempt it is and how long its result is wanted, as the node says that submitted it; a
   * length of time, as that node's clock may be another.
   */
  void setAttempt(int number, @Nullable Duration left) {
    attempts = number - 1;
    deadline = left == null ? null : Deadline.after(left);
  }

  /** What led to it on other nodes; before it runs. */
  void descendsFrom(List<ObjectId> ancestors) {
    lineage = ancestors;
  }

  /** How long its result is still wanted; null if for ever. */
  @Nullable
  Duration timeLeft() {
    var until = deadline;
    return until == null ? null : Duration.ofNanos(Math.max(0, until.remaining()));
  }

  private @Nullable Instant deadlineHere() {
    var left = timeLeft();
    return left == null ? null : Instant.now().plus(left);
  }

  /** It goes back to the node that submitted it, and was never here. */
  void abandon() {
    if (claim()) {
      engine.ended(this);
      spec.call().release();
    }
  }

  /** So many results of its stream have been read. */
  void taken(int count) {
    if (sink() instanceof RemoteResultSink wired) {
      wired.taken(count);
    }
  }

  // ---- an attempt of this node

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
        Thread.interrupted(); // the body's own; one that stops the task comes after its outcome
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
   * Takes the views of the present attempt, to be ended when nothing of it reads them.
   *
   * @param staged whether to take them although it has returned a stage
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
    Thread.interrupted(); // came before it began, so that it means somebody else
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
   * Gives the views of an attempt that has ended, if they are to be ended with it. The next attempt
   * may have begun elsewhere: that one's state and views are left alone.
   */
  @SuppressWarnings("ReferenceEquality") // an execution is known by identity
  private synchronized @Nullable CallArgumentViews ended(Execution attempt) {
    Thread.interrupted(); // was meant for the attempt that just ended, if anybody
    if (execution != attempt) {
      return null;
    }
    runner = null;
    execution = null;
    return takeBorrowedViews(false);
  }

  /**
   * The limit holds until the attempt's value is there: longer than the body runs where that
   * returns a stage.
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

  /** A stage is heard once, whatever its class does, and only as long as it is waited for. */
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
    } catch (Throwable thrown) { // the stage would swallow it, and the ref would never end
      thrown(thrown);
    } finally {
      end(views);
    }
  }

  private void store(@Nullable Object value) {
    if (isDone()) {
      return;
    }
    if (isCancelled()) { // its body saw it before its ref did
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
    if (isCancelled()) { // what it threw is most likely the refusal to start more
      cancelAlone();
      return;
    }
    cancelTimeout.run();
    var failure = new ObjectFailure(() -> new TaskFailedException(
        describe() + " failed on attempt " + attempt + ": " + cause.text(), cause.exception()));
    boolean retriable = spec.options().retries().retryOn().stream().anyMatch(cause::isOf);
    if (!retriable || !scheduleRetry(failure)) {
      fail(engine.store().withEncodedException(failure)); // written only where somebody is told
    }
  }

  /**
   * Ends the attempt before its body begins, as an argument is not where it was; it does not count.
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

  /** Tries again, after a cause that is worth it; false if it may not any more. */
  private boolean scheduleRetry(ObjectFailure failure) {
    int attempt = attempts();
    if (attempt > spec.options().retries().maxRetries()) {
      return false;
    }
    var pause = backoff(attempt);
    waitsFor(
        "its retry after attempt " + attempt + " failed with "
            + failure.causeTypes().getFirst(),
        () -> WaitStep.end("it is queued again " + pause + " after that", WaitCause.TIMER));
    engine.after(pause, () -> enqueue("a slot of its scheduling class"));
    return true;
  }

  private Duration backoff(int attempt) {
    var first = spec.options().retries().backoff();
    if (first.compareTo(LONGEST_BACKOFF) > 0) {
      return LONGEST_BACKOFF;
    }
    var wanted = first.multipliedBy(1L << Math.min(attempt - 1, 20));
    return wanted.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : wanted;
  }

  private void timeOut(String how) {
    var message = describe() + " " + how + "; it was interrupted."
        + WaitChainWalker.nonBlocking().walk(this).toSentence();
    stop(() -> new TaskTimeoutException(message));
  }

  @Override
  public void cancel(long task, boolean recursive) {
    cancelHere(recursive);
    if (recursive && attempts() > 0) { // what it started may have led to tasks of any node
      engine.cancelElsewhere(id());
    }
  }

  /** Cancels it, and what this node knows of it. */
  void cancelHere(boolean recursive) {
    var doomed = new LinkedHashSet<>(List.of(this));
    markCancelled(recursive);
    while (recursive && doomed.addAll(engine.descendantsOf(this))) {
      doomed.forEach(run -> run.markCancelled(true)); // whoever is marked starts no more: this ends
    }
    doomed.forEach(TaskRun::cancelAlone);
  }

  /**
   * From now on its body is not begun, and starts no more tasks if it runs.
   *
   * @param recursive whether the node that runs it does the same with what it has started there
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

  /** Fails at once and interrupts the body if it runs. */
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

  /** The first outcome wins: true for whoever may publish his. */
  private synchronized boolean claim() {
    boolean first = !done;
    done = true;
    return first;
  }

  /** Gives back the stage that the present attempt waits for, if it does. */
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
   * By number: the identity hash, which the JVM makes up for each object, costs a submitter more
   * than all else.
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
