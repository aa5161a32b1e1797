package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.ObjectId;
import io.mobula.error.ActorDiedException;
import io.mobula.error.ForeignRefException;
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
 */
final class ActorCell implements ActorEndpoint {
  private final ActorDescriptor descriptor;
  private final ActorCreationSpec spec;
  private final LocalActors localActors;
  private final ActorServices services;
  private final ActorLifecycleListener listener;
  private final IncarnationSpec.History history;
  private final ActorLease lease = new ActorLease(this);
  private final Map<ObjectId, ActorCallRun> calls = new ConcurrentHashMap<>();
  private final RunningCalls runningCalls = new RunningCalls();
  private final PendingCallLimit limit;
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private final DeferredActorRef deferredRef = new DeferredActorRef();
  private final WaitPoint turn = new ActorTurn(this);
  private final CellLifecycle lifecycle = new CellLifecycle();
  private volatile @Nullable Execution running;
  private volatile @Nullable Class<?> instanceType;
  // guarded by the monitor of the lifecycle
  private WeakReference<TrackedActorHandle.ReachabilityToken> token = new WeakReference<>(null);

  /**
   * Makes the cell of an actor that is not constructed yet.
   *
   * @param listener hears of the actor's life
   */
  ActorCell(
      ActorDescriptor descriptor,
      ActorCreationSpec spec,
      LocalActors localActors,
      ActorLifecycleListener listener,
      IncarnationSpec.History history) {
    this.descriptor = descriptor;
    this.limit = new PendingCallLimit(descriptor);
    this.spec = spec;
    this.localActors = localActors;
    this.services = localActors.services();
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
    return services.store();
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

  /** Returns the actors that live in this process. */
  LocalActors localActors() {
    return localActors;
  }

  ActorServices services() {
    return services;
  }

  CellLifecycle lifecycle() {
    return lifecycle;
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
  <A> @Nullable TrackedActorHandle<A> handle() {
    if (lifecycle.isDead()) {
      return null;
    }
    var cluster = localActors.cluster();
    if (cluster != null) {
      return cluster.clients().handle(cluster.known().serializedHandle(descriptor));
    }
    TrackedActorHandle.ReachabilityToken present;
    boolean first;
    synchronized (lifecycle) {
      present = token.get();
      first = present == null;
      if (present == null) {
        if (!lifecycle.isOpen()) {
          return null;
        }
        present = new TrackedActorHandle.ReachabilityToken(this);
        token = new WeakReference<>(present);
      }
    }
    if (first && !options().lifetime().detached()) {
      store().whenUnreachable(present, this::drainForGood);
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
    return lifecycle.isDead() ? null : new TrackedActorHandle<>(this);
  }

  /** Returns a new handle, or null also when the actor is being drained. */
  <A> @Nullable TrackedActorHandle<A> handleIfOpen() {
    return lifecycle.isOpen() ? handle() : null;
  }

  /** Drains the actor, as its last handle is gone, unless it was found by name meanwhile. */
  private void drainForGood() {
    synchronized (lifecycle) {
      if (token.get() != null
          || !lifecycle.drain(descriptor.diedFailure("no handle to it was left", null))) {
        return;
      }
    }
    endIfDrained();
  }

  // ---- calls

  @Override
  public CallBinder binder() {
    return services.binder();
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
    if (lifecycle.isOpen()) {
      tell(new ActorBehavior.Invoke(run));
    } else {
      run.stop(whyDead(), store());
      settled(run);
    }
    // the actor may have died between the two checks
    if (lifecycle.isDead() && run.stop(whyDead(), store())) {
      settled(run);
    }
  }

  /**
   * Returns whether a durable actor died of a failure, so that it may come back when a node starts.
   */
  boolean isDurablyDead() {
    return descriptor.durable() && !lifecycle.isEndedByUser();
  }

  ObjectFailure whyDead() {
    var why = lifecycle.whyDead();
    return why == null ? descriptor.diedFailure("it ended", null) : why;
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
    lifecycle.markEndedByUser();
    kill(() -> diedException("it was killed", null));
  }

  /** Returns whether the actor lives, or ends only because its node closes. */
  boolean willBeRecreated() {
    return !isDead() || (localActors.isClosed() && !lifecycle.isEndedByUser());
  }

  /** Ends the actor at once. */
  void kill(Supplier<? extends MobulaException> why) {
    if (!lifecycle.isDead()) {
      kill(new ObjectFailure(why));
    }
  }

  /** Ends the actor at once. */
  void kill(ObjectFailure why) {
    if (!lifecycle.kill(why)) {
      return;
    }
    localActors.forget(this);
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

  /** Takes no more calls for a user, and ends when all calls have been answered. */
  void drain(ObjectFailure why) {
    if (lifecycle.drainByUser(why)) {
      endIfDrained();
    }
  }

  @Override
  public CompletableFuture<@Nullable Void> drain(Duration limit) {
    var cancel = services.after(
        limit,
        () -> kill(() -> diedException("it was drained, and not done within " + limit, null)));
    drain(descriptor.diedFailure("it was drained", null));
    return ended.whenCompleteAsync(
        (nothing, failure) -> cancel.run(), store().threads()::runCallback);
  }

  private void endIfDrained() {
    if (lifecycle.state() == CellLifecycle.State.DRAINING && calls.isEmpty()) {
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
    return lifecycle.isDead();
  }

  boolean isOpen() {
    return lifecycle.isOpen();
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
  boolean beginMaking(Execution execution) {
    synchronized (lifecycle) { // so that the death cancels the execution, too
      boolean alive = lifecycle.beginMaking();
      if (alive) {
        running = execution;
      }
      return alive;
    }
  }

  /** Records that the constructor has ended, and clears an interrupt that was meant for it. */
  void endMaking() {
    synchronized (lifecycle) {
      running = null;
      lifecycle.endMaking();
    }
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
