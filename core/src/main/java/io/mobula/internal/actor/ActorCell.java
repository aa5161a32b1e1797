package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.ActorOptions;
import io.mobula.MethodRequest;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.error.ForeignRefException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.PendingCallsExceededException;
import io.mobula.error.TaskCancelledException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Job;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One user's actor as handles see it: takes calls, knows the unanswered ones, can be ended. Safe
 * for all threads.
 *
 * <p>Life: {@code OPEN → DRAINING → DEAD}, never back. Calls are taken while it is open.
 */
final class ActorCell implements ActorEndpoint, ValueProducer {
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
  private final AtomicInteger pending = new AtomicInteger();
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

  /** What the actor says, or will say, that it waits for. */
  private record Explanation(CompletableFuture<WaitStep> answer, long asked) {
    private static final long FRESH_NANOS = 500_000_000;

    boolean isFresh() {
      return System.nanoTime() - asked < FRESH_NANOS;
    }
  }

  /**
   * An actor to be.
   *
   * @param listener hears of its life
   */
  ActorCell(
      ActorDescriptor descriptor,
      ActorCreationSpec spec,
      ActorEngine engine,
      ActorLifecycleListener listener,
      IncarnationSpec.History history) {
    this.descriptor = descriptor;
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

  /** What has become of the actor before this incarnation. */
  IncarnationSpec.History history() {
    return history;
  }

  @Override
  public ObjectStore store() {
    return engine.store();
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
   * A new handle; keeps the actor alive while reachable. Null when the actor ends because none was
   * left.
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

  /** The actor of this id if the calling thread runs a method of it, or its constructor. */
  static @Nullable ActorCell ofCaller(ActorId id) {
    var execution = Execution.current();
    return execution != null
            && execution.owner() instanceof ActorCell cell
            && cell.id().equals(id)
        ? cell
        : null;
  }

  /** A handle for the actor itself, which does not keep it alive; null when it has ended. */
  <A> @Nullable TrackedActorHandle<A> ownHandle() {
    return lifecycleState == LifecycleState.DEAD ? null : new TrackedActorHandle<>(this);
  }

  /**
   * As {@link #handle}, for somebody who looks for a living actor: null also when it is being
   * drained.
   */
  <A> @Nullable TrackedActorHandle<A> handleIfOpen() {
    return lifecycleState == LifecycleState.OPEN ? handle() : null;
  }

  /** The last handle is gone, unless somebody found the actor by its name meanwhile. */
  private void drainForGood() {
    synchronized (this) {
      if (token.get() != null || lifecycleState != LifecycleState.OPEN) {
        return;
      }
      whyDead = new ObjectFailure(() -> diedException("nobody had a handle to it any more", null));
      lifecycleState = LifecycleState.DRAINING;
    }
    endIfDrained();
  }

  // ---- calls

  @Override
  public <R extends @Nullable Object> ObjectRef<R> call(MethodRequest request) {
    var store = engine.store();
    store.requireOpen();
    int most = options().execution().maxPendingCalls();
    if (pending.incrementAndGet() > most) {
      pending.decrementAndGet();
      throw tooMany();
    }
    boolean sent = false;
    try {
      var bound = engine.binder().bind(request.method(), request.arguments(), 1);
      long number = store.nextTask();
      var entry = store.createPending(number, 0, this);
      ObjectRef<R> result = store.ref(entry);
      send(new ActorCallRun(
          BoundCall.nameOf(request.method()),
          ActorCallRun.currentCaller(),
          bound,
          new CallPromise.LocalPromise(entry)));
      sent = true;
      return result;
    } finally {
      if (!sent) {
        pending.decrementAndGet();
      }
    }
  }

  /** Takes a call that is bound already. */
  void take(ActorCallRun run) {
    pending.incrementAndGet();
    send(run);
  }

  /** Takes a call of another process; all processes together are bounded here. */
  void takeRemote(ActorCallRun run) {
    if (pending.get() >= options().execution().maxPendingCalls()) {
      run.stop(new ObjectFailure(this::tooMany), store());
      run.call().release();
    } else {
      take(run);
    }
  }

  private PendingCallsExceededException tooMany() {
    return new PendingCallsExceededException(
        describe() + " has "
            + options().execution().maxPendingCalls()
            + " unanswered calls, as many as its maxPendingCalls allows. Wait for results before calling again.");
  }

  private void send(ActorCallRun run) {
    calls.put(run.result().id(), run);
    if (lifecycleState == LifecycleState.OPEN) {
      tell(new ActorBehavior.Invoke(run));
    } else {
      run.stop(whyDead(), store());
      settled(run);
    }
    if (lifecycleState == LifecycleState.DEAD
        && run.stop(whyDead(), store())) { // it died between the two looks
      settled(run);
    }
  }

  /** Whether it died of something, and may come back when a node starts. */
  boolean isDurablyDead() {
    return descriptor.durable() && !endedByUser;
  }

  ObjectFailure whyDead() {
    var why = whyDead;
    return why == null ? new ObjectFailure(() -> diedException("it ended", null)) : why;
  }

  /** The calls that have come and have not begun, as one entry. */
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

  /** Calls of other processes that have not begun go back to them. */
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

  /**
   * The call has its outcome: forgets it, and ends the actor if it was the last one to wait for.
   */
  void settled(ActorCallRun run) {
    if (calls.remove(run.result().id()) != null) {
      pending.decrementAndGet();
      run.call().release();
      endIfDrained();
    }
  }

  /** Names the present execution, where the actor runs one call at a time. */
  void setRunning(@Nullable Execution execution) {
    running = execution;
  }

  /** The calls that run at this moment. */
  RunningCalls runningCalls() {
    return runningCalls;
  }

  /** Whether that call has come here and has no outcome. */
  boolean hasCall(ObjectId call) {
    return calls.containsKey(call);
  }

  /** The calls that have come here and have no outcome. */
  Collection<ActorCallRun> unanswered() {
    return calls.values();
  }

  /** The calls that have not begun. */
  List<ActorCallRun> unstarted() {
    return calls.values().stream().filter(ActorCallRun::isWaiting).toList();
  }

  @Override
  public WaitStep waitStep(ObjectId wanted) {
    return CallWaitSteps.of(this, calls.get(wanted), wanted);
  }

  /** What it does at this moment, or waits for. */
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

  /** It looks at all its calls for an answer, so that all who ask within a while share one. */
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
    boolean returned = run != null && run.isStaged(); // its stage waits for no turn of the actor
    return options().execution().maxConcurrency() == 1 && !returned ? running : null;
  }

  /** The same for a call that has come here and has no outcome. */
  @Nullable
  Execution findBlocker(ObjectId call) {
    return calls.containsKey(call) ? blockingExecution(call) : null;
  }

  @Override
  public void cancel(long task, boolean recursive) {
    cancel(new ObjectId(store().node().incarnation(), task, 0));
  }

  /** Ends the call that gives this result, whichever process has made it. */
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

  /** A user wants it to end, for good. */
  void markEndedByUser() {
    endedByUser = true;
  }

  /** Whether a user wanted its end; else it died of something. */
  boolean isEndedByUser() {
    return endedByUser;
  }

  /** Whether its end is that of its node alone. */
  boolean willBeRecreated() {
    return !isDead() || (engine.isClosed() && !endedByUser);
  }

  /** Ends at once. */
  void kill(Supplier<? extends MobulaException> why) {
    if (lifecycleState != LifecycleState.DEAD) {
      kill(new ObjectFailure(why));
    }
  }

  /** Ends at once. */
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

  /** Takes no more calls, and ends when all have been answered. */
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
    return ended.whenCompleteAsync((nothing, failure) -> cancel.run(), store()::runCallback);
  }

  private void endIfDrained() {
    if (lifecycleState == LifecycleState.DRAINING && calls.isEmpty()) {
      kill(whyDead());
    }
  }

  /** The behavior has stopped and the user's object is let go: gives everything back. */
  void stopped() {
    lease.release();
    constructor().release();
    listener.ended();
    ended.complete(null);
  }

  /** Whether nothing is left of it. */
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

  /** Fails a result of this actor. */
  void fail(ActorCallRun run, ObjectFailure why) {
    if (run.finish()) {
      try {
        run.result().fail(why);
      } finally {
        settled(run);
      }
    }
  }

  /** The calling thread is about to run the constructor; false if the actor is dead. */
  synchronized boolean beginMaking(Execution execution) {
    if (lifecycleState == LifecycleState.DEAD) {
      return false;
    }
    Thread.interrupted(); // came before it began, so that it means somebody else
    running = execution;
    maker = Thread.currentThread();
    return true;
  }

  /** The constructor has ended; an interrupt that was meant for it is taken away. */
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

  /** The class of the user's object, once it is made. */
  @Nullable
  Class<?> instanceType() {
    return instanceType;
  }
}
