package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.ObjectId;
import io.mobula.error.ActorDiedException;
import io.mobula.error.ForeignRefException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.TaskCancelledException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.ActorOptions;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Actor on this node as its handles see it: takes calls, tracks unanswered ones, and can be ended.
 * Safe for all threads.
 *
 * <p>Lifecycle: {@code OPEN → DRAINING → DEAD}, never back. Only an open cell takes calls.
 */
final class ActorCell implements ActorEndpoint {
  private enum LifecycleState {
    OPEN,
    DRAINING,
    DEAD
  }

  private final ActorDescriptor descriptor;
  private final ActorCreationSpec spec;
  private final ActorEngine engine;
  private final ActorLifecycleListener listener;
  private final IncarnationSpec.History history;
  private final ActorLease lease = new ActorLease(this);
  private final Map<ObjectId, ActorCallRun> calls = new ConcurrentHashMap<>();
  private final RunningCalls runningCalls = new RunningCalls();
  private final PendingCallLimit limit;
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private final DeferredActorRef deferredRef = new DeferredActorRef();
  private final WaitPoint turn = this::turnStep;
  private volatile LifecycleState lifecycleState = LifecycleState.OPEN;
  private volatile @Nullable ObjectFailure whyDead;
  private volatile @Nullable Execution running;
  private volatile @Nullable Class<?> instanceType;
  private WeakReference<TrackedActorHandle.ReachabilityToken> token = new WeakReference<>(null);
  private @Nullable Thread maker;
  private volatile boolean endedByUser;
  private volatile @Nullable Explanation explanation;

  /** Cached answer of the actor, possibly still to come, about what it waits for. */
  private record Explanation(CompletableFuture<WaitStep> answer, long asked) {
    private static final long FRESH_NANOS = 500_000_000;

    boolean isFresh() {
      return System.nanoTime() - asked < FRESH_NANOS;
    }
  }

  /**
   * Makes the cell of an actor that is not constructed yet.
   *
   * @param listener hears of the actor's life
   */
  ActorCell(
      ActorDescriptor descriptor,
      ActorCreationSpec spec,
      ActorEngine engine,
      ActorLifecycleListener listener,
      IncarnationSpec.History history) {
    this.descriptor = descriptor;
    this.limit = new PendingCallLimit(descriptor);
    this.spec = spec;
    this.engine = engine;
    this.listener = listener;
    this.history = history;
  }

  @Override
  public ActorId id() {
    return descriptor.id();
  }

  ActorDescriptor descriptor() {
    return descriptor;
  }

  ActorLifecycleListener listener() {
    return listener;
  }

  ActorLease lease() {
    return lease;
  }

  /** Returns the history of the actor before this incarnation. */
  IncarnationSpec.History history() {
    return history;
  }

  @Override
  public ObjectStore store() {
    return engine.store();
  }

  /** Returns how to create the actor. */
  ActorCreationSpec spec() {
    return spec;
  }

  ActorOptions options() {
    return spec.options();
  }

  BoundCall constructor() {
    return spec.constructor();
  }

  Job job() {
    return spec.job();
  }

  ActorEngine engine() {
    return engine;
  }

  @Override
  public String describe() {
    return descriptor.describe();
  }

  // ---- handles

  /**
   * Returns a new handle, which keeps the actor alive while reachable. Returns null when the actor
   * is ending because no handle was left.
   */
  synchronized <A> @Nullable TrackedActorHandle<A> handle() {
    if (lifecycleState == LifecycleState.DEAD) {
      return null;
    }
    var cluster = engine.cluster();
    if (cluster != null) {
      return cluster.handle(cluster.serializedHandle(descriptor));
    }
    var present = token.get();
    if (present == null) {
      if (lifecycleState == LifecycleState.DRAINING) {
        return null;
      }
      present = new TrackedActorHandle.ReachabilityToken(this);
      token = new WeakReference<>(present);
      if (!options().lifetime().detached()) {
        engine.whenUnreachable(present, this::drainForGood);
      }
    }
    return new TrackedActorHandle<>(present);
  }

  /**
   * Returns the actor of this id if the calling thread runs a method of it, or its constructor;
   * else null.
   */
  static @Nullable ActorCell ofCaller(ActorId id) {
    var execution = Execution.current();
    return execution != null
            && execution.owner() instanceof ActorCell cell
            && cell.id().equals(id)
        ? cell
        : null;
  }

  /**
   * Returns a handle for the actor itself, which does not keep it alive; null when it has ended.
   */
  <A> @Nullable TrackedActorHandle<A> ownHandle() {
    return lifecycleState == LifecycleState.DEAD ? null : new TrackedActorHandle<>(this);
  }

  /** Returns a new handle, or null also when the actor is being drained. */
  <A> @Nullable TrackedActorHandle<A> handleIfOpen() {
    return lifecycleState == LifecycleState.OPEN ? handle() : null;
  }

  /** Drains the actor, as its last handle is gone, unless it was found by name meanwhile. */
  private void drainForGood() {
    synchronized (this) {
      if (token.get() != null || lifecycleState != LifecycleState.OPEN) {
        return;
      }
      whyDead = new ObjectFailure(() -> diedException("no handle to it was left", null));
      lifecycleState = LifecycleState.DRAINING;
    }
    endIfDrained();
  }

  // ---- calls

  @Override
  public CallBinder binder() {
    return engine.binder();
  }

  @Override
  public void admit() {
    limit.admit();
  }

  @Override
  public void withdraw() {
    limit.remove();
  }

  @Override
  public void submit(String name, BoundCall call, ObjectEntry result) {
    send(new ActorCallRun(
        name, ActorCallRun.currentCaller(), call, new CallPromise.LocalPromise(result)));
  }

  /** Takes a call that is already bound to its arguments. */
  void take(ActorCallRun run) {
    limit.add();
    send(run);
  }

  /**
   * Takes a call of another process, or fails it if too many calls are unanswered; the limit
   * applies to all processes together.
   */
  void takeRemote(ActorCallRun run) {
    if (limit.isReached()) {
      run.stop(new ObjectFailure(limit::exceeded), store());
      run.call().release();
    } else {
      take(run);
    }
  }

  private void send(ActorCallRun run) {
    calls.put(run.result().id(), run);
    if (lifecycleState == LifecycleState.OPEN) {
      tell(new ActorBehavior.Invoke(run));
    } else {
      run.stop(whyDead(), store());
      settled(run);
    }
    // the actor may have died between the two checks
    if (lifecycleState == LifecycleState.DEAD && run.stop(whyDead(), store())) {
      settled(run);
    }
  }

  /**
   * Returns whether a durable actor died of a failure, so that it may come back when a node starts.
   */
  boolean isDurablyDead() {
    return descriptor.durable() && !endedByUser;
  }

  ObjectFailure whyDead() {
    var why = whyDead;
    return why == null ? new ObjectFailure(() -> diedException("it ended", null)) : why;
  }

  /** Returns one entry for the calls that have arrived and have not started. */
  Optional<WaitingWork> waiting() {
    long count = calls.values().stream().filter(ActorCallRun::isWaiting).count();
    return count == 0 || isDead()
        ? Optional.empty()
        : Optional.of(WaitingCallsEntry.of(count, describe(), why()));
  }

  private String why() {
    if (instanceType == null) {
      return "it is not made yet";
    }
    var present = running;
    return present == null
        ? "arguments that are not ready, or its turn"
        : "it runs " + present.name();
  }

  /** Sends calls of other processes that have not started back to their callers. */
  void rejectUnstarted() {
    for (var run : calls.values()) {
      if (run.rejectIfUnstarted()) {
        settled(run);
      }
    }
  }

  DeferredActorRef deferredRef() {
    return deferredRef;
  }

  void tell(ActorBehavior.Command command) {
    deferredRef.tell(command);
  }

  /** Removes a call that has its outcome, and ends a draining actor after its last call. */
  void settled(ActorCallRun run) {
    if (calls.remove(run.result().id()) != null) {
      limit.remove();
      run.call().release();
      endIfDrained();
    }
  }

  /** Sets the current execution, if the actor runs one call at a time. */
  void setRunning(@Nullable Execution execution) {
    running = execution;
  }

  /** Returns the calls that run at present. */
  RunningCalls runningCalls() {
    return runningCalls;
  }

  /** Returns whether that call has arrived here and has no outcome. */
  boolean hasCall(ObjectId call) {
    return calls.containsKey(call);
  }

  /** Returns the calls that have arrived here and have no outcome. */
  Collection<ActorCallRun> unanswered() {
    return calls.values();
  }

  /** Returns the calls that have not started. */
  List<ActorCallRun> unstarted() {
    return calls.values().stream().filter(ActorCallRun::isWaiting).toList();
  }

  @Override
  public WaitStep waitStep(ObjectId wanted) {
    return CallWaitSteps.of(this, calls.get(wanted), wanted);
  }

  /** Returns the point that calls wait for: the actor's current work. */
  WaitPoint turn() {
    return turn;
  }

  private WaitStep turnStep() {
    Thread making;
    synchronized (this) {
      making = maker;
    }
    var busy = CallWaitSteps.busy(this, runningCalls, making);
    return busy != null ? busy : WaitStep.asking(describe() + " is idle", this::explained);
  }

  /**
   * Asks the actor what it waits for. The actor goes through all its calls, so requests within a
   * short time share one answer.
   */
  private CompletableFuture<WaitStep> explained() {
    var before = explanation;
    if (before != null && before.isFresh()) {
      return before.answer();
    }
    var fresh = new Explanation(new CompletableFuture<>(), System.nanoTime());
    explanation = fresh;
    tell(new ActorBehavior.Explain(fresh.answer()::complete));
    return fresh.answer();
  }

  @Override
  public @Nullable Execution blockingExecution(ObjectId wanted) {
    var run = calls.get(wanted);
    boolean returned = run != null && run.isStaged(); // its stage does not wait for the actor
    return options().execution().maxConcurrency() == 1 && !returned ? running : null;
  }

  /** Returns the execution that blocks a call that has arrived here and has no outcome, or null. */
  @Nullable
  Execution findBlocker(ObjectId call) {
    return calls.containsKey(call) ? blockingExecution(call) : null;
  }

  @Override
  public void cancel(long task, boolean recursive) {
    cancel(new ObjectId(store().node().incarnation(), task, 0));
  }

  /** Cancels the call with this result, whichever process has made it. */
  void cancel(ObjectId result) {
    var run = calls.get(result);
    if (run != null
        && run.stop(
            new ObjectFailure(() -> new TaskCancelledException(
                "Call " + result.task() + " of " + describe() + " was cancelled.", null)),
            store())) {
      settled(run);
      tell(new ActorBehavior.CallerReady(run.caller()));
    }
  }

  // ---- the end

  @Override
  public void kill() {
    markEndedByUser();
    kill(() -> diedException("it was killed", null));
  }

  /**
   * Records that a user ends the actor for good. Has no effect on a dead actor: where a durable one
   * died of a failure, the next actor of its name may have its files already.
   */
  synchronized void markEndedByUser() {
    if (lifecycleState != LifecycleState.DEAD) {
      endedByUser = true;
    }
  }

  /** Returns whether a user ended the actor; else it died of a failure. */
  boolean isEndedByUser() {
    return endedByUser;
  }

  /** Returns whether the actor lives, or ends only because its node closes. */
  boolean willBeRecreated() {
    return !isDead() || (engine.isClosed() && !endedByUser);
  }

  /** Ends the actor at once. */
  void kill(Supplier<? extends MobulaException> why) {
    if (lifecycleState != LifecycleState.DEAD) {
      kill(new ObjectFailure(why));
    }
  }

  /** Ends the actor at once. */
  void kill(ObjectFailure why) {
    synchronized (this) {
      if (lifecycleState == LifecycleState.DEAD) {
        return;
      }
      whyDead = why;
      lifecycleState = LifecycleState.DEAD;
      if (maker != null && maker != Thread.currentThread()) {
        maker.interrupt();
      }
    }
    engine.forget(this);
    listener.died(why);
    for (var run : calls.values()) {
      if (run.stop(why, store())) {
        settled(run);
      }
    }
    var execution = running;
    if (execution != null) {
      execution.cancel();
    }
    tell(new ActorBehavior.End());
  }

  /** Takes no more calls, and ends when all calls have been answered. */
  void drain(Supplier<? extends MobulaException> why) {
    synchronized (this) {
      if (lifecycleState != LifecycleState.OPEN) {
        return;
      }
      markEndedByUser();
      whyDead = new ObjectFailure(why);
      lifecycleState = LifecycleState.DRAINING;
    }
    endIfDrained();
  }

  @Override
  public CompletableFuture<@Nullable Void> drain(Duration limit) {
    if (limit.isNegative()) {
      throw new InvalidRequestException("Wanted " + describe() + " drained within " + limit
          + ": a limit cannot be negative. Use kill() to end it at once.");
    }
    var cancel = engine.after(
        limit,
        () -> kill(() -> diedException("it was drained, and not done within " + limit, null)));
    drain(() -> diedException("it was drained", null));
    return ended.whenCompleteAsync(
        (nothing, failure) -> cancel.run(), store().threads()::runCallback);
  }

  private void endIfDrained() {
    if (lifecycleState == LifecycleState.DRAINING && calls.isEmpty()) {
      kill(whyDead());
    }
  }

  /** Releases everything, as the behavior has stopped and the user's object is unreferenced. */
  void stopped() {
    lease.release();
    constructor().release();
    listener.ended();
    ended.complete(null);
  }

  /** Returns whether nothing is left of the actor. */
  boolean isStopped() {
    return ended.isDone();
  }

  boolean isDead() {
    return lifecycleState == LifecycleState.DEAD;
  }

  boolean isOpen() {
    return lifecycleState == LifecycleState.OPEN;
  }

  ActorDiedException diedException(String how, @Nullable Throwable cause) {
    return descriptor.diedException(how, cause);
  }

  /** Fails a call of this actor. */
  void fail(ActorCallRun run, ObjectFailure why) {
    if (run.finish()) {
      try {
        run.result().fail(why);
      } finally {
        settled(run);
      }
    }
  }

  /**
   * Records that the calling thread is about to run the constructor; returns false if the actor is
   * dead.
   */
  synchronized boolean beginMaking(Execution execution) {
    if (lifecycleState == LifecycleState.DEAD) {
      return false;
    }
    Thread.interrupted(); // clears an interrupt that was meant for earlier work
    running = execution;
    maker = Thread.currentThread();
    return true;
  }

  /** Records that the constructor has ended, and clears an interrupt that was meant for it. */
  synchronized void endMaking() {
    running = null;
    maker = null;
    Thread.interrupted();
  }

  void made(Class<?> instance) {
    instanceType = instance;
    listener.made(this, instance);
  }

  @Override
  public void export(FrameWriter out) {
    throw new ForeignRefException("The handle of " + describe() + " cannot leave node "
        + store().node() + ", which is in no cluster.");
  }

  /** Returns the class of the user's object, or null before it is constructed. */
  @Nullable
  Class<?> instanceType() {
    return instanceType;
  }
}
