package io.mobula.internal.task;

import io.mobula.MobulaRuntime.Waiting;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.Placement;
import io.mobula.PlacementGroupId;
import io.mobula.TaskOptions;
import io.mobula.error.CodecException;
import io.mobula.error.MobulaException;
import io.mobula.error.NodeLostException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.error.TaskTimeoutException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.call.LateValue;
import io.mobula.internal.call.NotKept;
import io.mobula.internal.call.Unreadable;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Lead;
import io.mobula.internal.execution.Producer;
import io.mobula.internal.execution.Program;
import io.mobula.internal.placement.GroupFrame;
import io.mobula.internal.store.BorrowedViews;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One task from submission to its outcome, through all attempts.
 *
 * <p>The first outcome counts: a result, a failure, a cancellation or a time limit. A body that
 * goes on after that runs to its end unheard. State is guarded by the monitor; user code never runs
 * under it.
 */
final class TaskRun implements Producer {
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);
  private static final int LONGEST_LINEAGE = 32;

  /**
   * What a task is made of.
   *
   * @param id its first result, by which all processes know it
   * @param call its function and arguments
   * @param name what logs and errors call it
   * @param program whose it is
   */
  record Job(ObjectId id, BoundCall call, String name, TaskOptions options, Program program) {
    long number() {
      return id.task();
    }
  }

  /** An attempt that another node makes. */
  interface Elsewhere {
    /** The process that makes it. */
    NodeId node();

    /** Nobody wants its outcome any more. */
    void cancel(TaskRun run, boolean recursive);
  }

  private final Job job;
  private final TaskEngine engine;
  private @Nullable Deadline deadline;
  private volatile Runnable cancelDeadline = () -> {};
  private volatile Runnable cancelTimeout = () -> {};
  private volatile @Nullable TaskRun parent;
  private List<ObjectId> lineage = List.of();

  private @Nullable Results results;
  private int attempts;
  private boolean done;
  private boolean cancelled;
  private boolean recursively;
  private @Nullable Thread runner;
  private @Nullable Execution execution;
  private @Nullable CompletionStage<?> stage;
  private @Nullable BorrowedViews borrowed;
  private @Nullable Elsewhere elsewhere;
  private String waitsFor = "";
  private boolean queued;

  TaskRun(Job job, @Nullable TaskRun parent, TaskEngine engine) {
    this.job = job;
    this.engine = engine;
    this.parent = parent;
    if (parent
        != null) { // or a task that starts the next one for ever would keep all its ancestors
      parent.forgetDoneAncestors();
      lineage = engine.isClustered() ? parent.lineageOfChildren() : List.of();
    }
    var limit = job.options().limits().deadline();
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
    return job.options().placement() instanceof Placement.Group placed
        && placed.group().id().equals(group);
  }

  /** Whether another node has submitted it. */
  boolean isGuest() {
    return results instanceof WiredResults || results instanceof RebuiltResults;
  }

  Job job() {
    return job;
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
  void resultsTo(Results where) {
    results = where;
  }

  private Results results() {
    return Objects.requireNonNull(results, "results");
  }

  /** Names it, such as {@code task Quick.square (…-1f)}. */
  @Override
  public String describe() {
    return "task " + job.name() + " (" + id() + ")";
  }

  private ObjectId id() {
    return job.id();
  }

  /**
   * What it waits for before a slot can take it, for reports.
   *
   * @param whyNoSlot why its queue has no slot, or empty
   */
  Waiting waiting(Supplier<String> whyNoSlot) {
    var missing = job.call().missing();
    var why = missing.isEmpty() ? waitsFor(whyNoSlot) : "arguments that are not ready: " + missing;
    return new Waiting(describe(), job.options().resources(), why);
  }

  private String waitsFor(Supplier<String> whyNoSlot) {
    String what;
    synchronized (this) {
      if (!queued) {
        return waitsFor;
      }
      what = waitsFor;
    }
    var why = whyNoSlot.get();
    return why.isEmpty() ? what : what + ": " + why;
  }

  synchronized boolean isWaiting() {
    return !done && runner == null && stage == null && elsewhere == null;
  }

  private synchronized void waitsFor(String what) {
    waitsFor = what;
    queued = false;
  }

  private synchronized void waitsForSlot(String what) {
    waitsFor = what;
    queued = true;
  }

  /**
   * Goes to its queue as soon as its arguments are ready, or fails with the first of them that
   * failed.
   */
  void start() {
    var limit = job.options().limits().deadline();
    if (limit != null) {
      cancelDeadline =
          engine.after(limit, () -> timeOut("was not done at its deadline of " + limit));
    }
    job.call().whenReady(() -> {
      var failed = job.call().failedArgument();
      if (failed != null) {
        fail(failed);
      } else {
        waitsForSlot("a slot of its scheduling class");
        engine.enqueue(this);
      }
    });
  }

  // ---- an attempt that another node makes

  /** Another node shall make the next attempt; false if there is an outcome already. */
  synchronized boolean depart(Elsewhere to) {
    if (done || cancelled) {
      return false;
    }
    attempts++;
    elsewhere = to;
    return true;
  }

  /**
   * It has been sent to the other node. Who has ended it meanwhile may have told that node before,
   * which then did not know of it: it is told again.
   */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  void sent(Elsewhere to) {
    boolean unwanted;
    boolean all;
    synchronized (this) {
      unwanted = done && elsewhere == to;
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
  Results.Shape shape() {
    return results().shape();
  }

  /** The other node did not begin it: the attempt does not count. */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  synchronized boolean returned(Elsewhere from) {
    if (elsewhere != from) {
      return false;
    }
    elsewhere = null;
    attempts--;
    return !done;
  }

  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  private synchronized boolean ends(Elsewhere from) {
    boolean present = elsewhere == from;
    if (present) {
      elsewhere = null;
    }
    return present;
  }

  /** The other node has made the results. */
  void arrived(Elsewhere from, List<Content> contents) {
    if (!ends(from)) {
      contents.forEach(Content::discard);
      return;
    }
    var outcome = results().arrived(contents);
    if (claim()) {
      outcome.publish();
      settled();
    } else {
      outcome.discard();
    }
  }

  /** One more result of a stream. */
  void arrived(Elsewhere from, int index, Content content) {
    if (isFrom(from) && results() instanceof Results.Streamed(var stream)) {
      stream.arrived(index, content);
    } else {
      content.discard();
    }
  }

  /** The results of a stream that another node makes, or null. */
  @Nullable
  ResultStream<?> stream() {
    return results() instanceof Results.Streamed(var stream) ? stream : null;
  }

  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  private synchronized boolean isFrom(Elsewhere from) {
    return elsewhere == from && !done;
  }

  /** The attempt on the other node has failed. */
  void failed(Elsewhere from, Failure failure) {
    if (!ends(from)) {
      return;
    }
    var exception = failure.raise();
    if (exception instanceof TaskFailedException && exception.getCause() != null) {
      failedWith(exception.getCause(), failure);
    } else {
      fail(failure);
    }
  }

  /** The other node is gone. */
  void lost(Elsewhere from, String node, String how) {
    if (!ends(from) || isDone()) {
      return;
    }
    int attempt = attempts();
    int most = job.options().retries().most();
    if (isCancelled()) {
      cancelAlone();
    } else if (attempt <= most) {
      waitsForSlot("a slot for another attempt, as " + node + " was lost: " + how);
      engine.enqueue(this);
    } else {
      var message = describe() + " was running on " + node + ", which was lost (" + how
          + "), on attempt " + attempt + " of " + (most + 1L)
          + ". If it may run more than once, allow more with maxRetries.";
      fail(new Failure(() -> new NodeLostException(message)));
    }
  }

  /** An argument cannot be sent to another node. */
  Failure cannotTravel(Throwable why) {
    var message = describe() + " cannot be sent to another node: " + why.getMessage();
    return new Failure(() -> new CodecException(message, why));
  }

  // ---- another node's task

  /**
   * Which attempt it is and how long its result is wanted, as the node says that submitted it; a
   * length of time, as that node's clock may be another.
   */
  void isAttempt(int number, @Nullable Duration left) {
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
      job.call().release();
    }
  }

  /** So many results of its stream have been read. */
  void taken(int count) {
    if (results() instanceof WiredResults wired) {
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
    if (results() instanceof WiredResults wired) {
      wired.started();
    }
    try {
      present.run(() -> {
        var value = job.call().invoke(this::borrows);
        present.flush();
        succeed(value);
        return true;
      });
    } catch (Throwable thrown) { // whatever user code throws is its result
      end(borrowed(true)); // before another attempt begins
      thrown(thrown);
    } finally {
      end(present);
      end(borrowed(false));
    }
  }

  private synchronized void borrows(BorrowedViews views) {
    borrowed = views;
  }

  /**
   * Takes the views of the present attempt, to be ended when nothing of it reads them.
   *
   * @param staged whether to take them although it has returned a stage
   */
  private synchronized @Nullable BorrowedViews borrowed(boolean staged) {
    var views = borrowed;
    if (stage == null || staged) {
      borrowed = null;
      return views;
    }
    return null;
  }

  private static void end(@Nullable BorrowedViews views) {
    if (views != null) {
      views.end();
    }
  }

  private synchronized @Nullable Execution begin(CpuHold hold) {
    if (done || cancelled) {
      return null;
    }
    attempts++;
    runner = Thread.currentThread();
    var identity = new Execution.Identity(
        engine.runtime(),
        id(),
        job.name(),
        attempts,
        job.options().resources(),
        deadlineHere(),
        job.program(),
        job.name(),
        GroupFrame.of(job.options().placement()));
    execution = new Execution(identity, this, hold, () -> null);
    return execution;
  }

  /** The next attempt may have begun elsewhere: that one's state is left alone. */
  @SuppressWarnings("ReferenceEquality") // an execution is known by identity
  private synchronized void end(Execution ended) {
    if (execution == ended) {
      runner = null;
      execution = null;
    }
    Thread.interrupted(); // was meant for the attempt that just ended, if anybody
  }

  /**
   * The limit holds until the attempt's value is there: longer than the body runs where that
   * returns a stage.
   */
  private void limitAttempt() {
    var limit = job.options().limits().timeout();
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
      }
      if (results() instanceof WiredResults wired && !isComplete(later)) {
        wired.staged();
      }
      later.whenComplete(this::completed);
    } else {
      store(value);
    }
  }

  private static boolean isComplete(CompletionStage<?> stage) {
    return stage instanceof CompletableFuture<?> future && future.isDone();
  }

  private void completed(@Nullable Object result, @Nullable Throwable failure) {
    var views = borrowed(true);
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
      var outcome = results().prepare(value);
      if (claim()) {
        outcome.publish();
        settled();
      } else {
        outcome.discard();
      }
    } catch (NotKept notKept) {
      fail(new Failure(() -> notKept.of(describe())));
    }
  }

  private void thrown(Throwable thrown) {
    if (thrown instanceof Unreadable unreadable && !isCancelled()) {
      fail(new Failure(() -> unreadable.of(describe(), engine.node())));
      return;
    }
    var cause = thrown instanceof CompletionException || thrown instanceof ExecutionException
        ? (thrown.getCause() == null ? thrown : thrown.getCause())
        : thrown;
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
    var message = describe() + " failed on attempt " + attempt + ": " + cause;
    failedWith(cause, new Failure(() -> new TaskFailedException(message, cause)));
  }

  /** Tries again if the cause is worth it, else fails. */
  private void failedWith(Throwable cause, Failure failure) {
    int attempt = attempts();
    boolean named = job.options().retries().on().stream().anyMatch(type -> type.isInstance(cause));
    if (named && attempt <= job.options().retries().most()) {
      waitsFor("its retry after attempt " + attempt + " failed with " + cause);
      engine.after(backoff(attempt), () -> engine.enqueue(this));
    } else {
      fail(failure);
    }
  }

  private Duration backoff(int attempt) {
    var first = job.options().retries().backoff();
    if (first.compareTo(LONGEST_BACKOFF) > 0) {
      return LONGEST_BACKOFF;
    }
    var wanted = first.multipliedBy(1L << Math.min(attempt - 1, 20));
    return wanted.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : wanted;
  }

  private void timeOut(String how) {
    var message = describe() + " " + how + "; it was interrupted.";
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
    var pending =
        fail(new Failure(why)); // first, or the body's InterruptedException may become the outcome
    Elsewhere other;
    synchronized (this) {
      if (runner != null) {
        runner.interrupt();
      }
      other = elsewhere;
    }
    if (other != null) {
      other.cancel(this, recursively);
    }
    if (pending != null) {
      LateValue.cancel(pending, engine.store());
      end(borrowed(true));
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
  private @Nullable CompletionStage<?> fail(Failure failure) {
    if (!claim()) {
      return null;
    }
    results().fail(failure);
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
    job.call().release();
  }

  /**
   * By number: the identity hash, which the JVM makes up for each object, costs a submitter more
   * than all else.
   */
  @Override
  public int hashCode() {
    return Long.hashCode(job.number());
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a task is known by identity
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public synchronized @Nullable Execution running(ObjectId wanted) {
    return execution;
  }

  @Override
  public synchronized @Nullable Lead lead(ObjectId wanted) {
    return elsewhere == null ? null : new Lead(elsewhere.node(), id());
  }
}
