package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import io.mobula.ActorId;
import io.mobula.ActorOptions;
import io.mobula.MethodRequest;
import io.mobula.ObjectRef;
import io.mobula.Resources;
import io.mobula.error.ActorDiedException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.PendingCallsExceededException;
import io.mobula.error.TaskCancelledException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Producer;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.Requester;
import io.mobula.internal.store.Failure;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
final class ActorCell implements Producer, Requester {
  private static final Object DRIVER = "driver";

  private enum Life {
    OPEN,
    DRAINING,
    DEAD
  }

  private final ActorId id;
  private final ActorOptions options;
  private final BoundCall constructor;
  private final String type;
  private final ActorEngine engine;
  private final Map<Long, ActorCallRun> calls = new ConcurrentHashMap<>();
  private final AtomicInteger pending = new AtomicInteger();
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private final List<ActorBehavior.Command> early = new ArrayList<>();
  private volatile @Nullable ActorRef<ActorBehavior.Command> ref;
  private volatile Life life = Life.OPEN;
  private volatile Supplier<MobulaException> whyDead = () -> died("it ended", null);
  private volatile @Nullable Execution running;
  private volatile @Nullable Class<?> instanceType;
  private WeakReference<Handle.Anchor> anchor = new WeakReference<>(null);
  private @Nullable Lease lease;
  private @Nullable Thread maker;

  ActorCell(
      ActorId id, String type, BoundCall constructor, ActorOptions options, ActorEngine engine) {
    this.id = id;
    this.type = type;
    this.constructor = constructor;
    this.options = options;
    this.engine = engine;
  }

  ActorId id() {
    return id;
  }

  ActorOptions options() {
    return options;
  }

  BoundCall constructor() {
    return constructor;
  }

  ActorEngine engine() {
    return engine;
  }

  @Override
  public String describe() {
    var name = options.naming().name();
    return "actor " + (name == null ? type : "\"" + name + "\"") + " (" + id + ")";
  }

  // ---- handles

  /**
   * A new handle; keeps the actor alive while reachable. Null when the actor ends because none was
   * left.
   */
  synchronized <A> @Nullable Handle<A> handle() {
    if (life == Life.DEAD) {
      return null;
    }
    var present = anchor.get();
    if (present == null) {
      if (life == Life.DRAINING) {
        return null;
      }
      present = new Handle.Anchor(this);
      anchor = new WeakReference<>(present);
      if (!options.life().detached()) {
        engine.whenUnreachable(present, this::drainForGood);
      }
    }
    return new Handle<>(present);
  }

  /**
   * As {@link #handle}, for somebody who looks for a living actor: null also when it is being
   * drained.
   */
  <A> @Nullable Handle<A> handleIfOpen() {
    return life == Life.OPEN ? handle() : null;
  }

  /** The last handle is gone, unless somebody found the actor by its name meanwhile. */
  private void drainForGood() {
    synchronized (this) {
      if (anchor.get() != null || life != Life.OPEN) {
        return;
      }
      whyDead = () -> died("nobody had a handle to it any more", null);
      life = Life.DRAINING;
    }
    endIfDrained();
  }

  // ---- calls

  <R extends @Nullable Object> ObjectRef<R> call(MethodRequest request) {
    var store = engine.store();
    store.requireOpen();
    int most = options.running().maxPendingCalls();
    if (pending.incrementAndGet() > most) {
      pending.decrementAndGet();
      throw new PendingCallsExceededException(
          describe() + " has " + most
              + " unanswered calls, as many as its maxPendingCalls allows. Wait for results before calling again.");
    }
    boolean sent = false;
    try {
      var bound = engine.binder().bind(request.method(), request.arguments(), 1);
      long number = store.nextTask();
      var entry = store.pending(number, 0, this);
      ObjectRef<R> result = store.ref(entry);
      send(new ActorCallRun(number, BoundCall.nameOf(request.method()), caller(), bound, entry));
      sent = true;
      return result;
    } finally {
      if (!sent) {
        pending.decrementAndGet();
      }
    }
  }

  private static Object caller() {
    var execution = Execution.current();
    return execution == null ? DRIVER : execution.owner();
  }

  private void send(ActorCallRun run) {
    calls.put(run.number(), run);
    if (life == Life.OPEN) {
      tell(new ActorBehavior.Invoke(run));
    } else {
      run.stop(whyDead);
      settled(run);
    }
    if (life == Life.DEAD && run.stop(whyDead)) { // it died between the two looks
      settled(run);
    }
  }

  /** Tells the actor, or keeps the message until it is there. */
  void tell(ActorBehavior.Command command) {
    var present = ref;
    if (present == null) {
      synchronized (this) {
        present = ref;
        if (present == null) {
          early.add(command);
          return;
        }
      }
    }
    present.tell(command);
  }

  synchronized void spawned(ActorRef<ActorBehavior.Command> actor) {
    early.forEach(actor::tell);
    early.clear();
    ref = actor;
  }

  /**
   * The call has its outcome: forgets it, and ends the actor if it was the last one to wait for.
   */
  void settled(ActorCallRun run) {
    if (calls.remove(run.number()) != null) {
      pending.decrementAndGet();
      run.call().release();
      endIfDrained();
    }
  }

  /** Names the present execution, where the actor runs one call at a time. */
  void running(@Nullable Execution execution) {
    running = execution;
  }

  @Override
  public @Nullable Execution running() {
    return options.running().maxConcurrency() == 1 ? running : null;
  }

  @Override
  public void cancel(long task, boolean recursive) {
    var run = calls.get(task);
    if (run != null
        && run.stop(() -> new TaskCancelledException(
            "Call " + task + " of " + describe() + " was cancelled.", null))) {
      settled(run);
      tell(new ActorBehavior.LaneReady(run.caller()));
    }
  }

  // ---- resources

  @Override
  public Resources wanted() {
    var asked = options.resources();
    return asked == null ? Resources.none().cpus(1) : asked;
  }

  @Override
  public boolean isForLife() {
    return options.resources() != null;
  }

  @Override
  public String what() {
    return describe() + " to be made";
  }

  @Override
  public boolean stillWants() {
    return life != Life.DEAD;
  }

  @Override
  public void granted(Lease granted) {
    boolean keep;
    synchronized (this) {
      keep = options.resources() != null && life != Life.DEAD;
      if (keep) {
        lease = granted;
      }
    }
    if (!keep) {
      granted.release();
    }
    tell(new ActorBehavior.Placed());
  }

  @Override
  public void recalled(Lease held) {} // an actor keeps what it asked for

  synchronized @Nullable Lease lease() {
    return lease;
  }

  // ---- the end

  /** Ends at once. */
  void kill(Supplier<MobulaException> why) {
    synchronized (this) {
      if (life == Life.DEAD) {
        return;
      }
      whyDead = why;
      life = Life.DEAD;
      if (maker != null && maker != Thread.currentThread()) {
        maker.interrupt();
      }
    }
    engine.forget(this);
    for (var run : calls.values()) {
      if (run.stop(why)) {
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
  void drain(Supplier<MobulaException> why) {
    synchronized (this) {
      if (life != Life.OPEN) {
        return;
      }
      whyDead = why;
      life = Life.DRAINING;
    }
    endIfDrained();
  }

  CompletableFuture<@Nullable Void> drain(Duration limit) {
    if (limit.isNegative()) {
      throw new InvalidRequestException("Wanted " + describe() + " drained within " + limit
          + ": a limit cannot be negative. Use kill() to end it at once.");
    }
    var cancel = engine.after(
        limit, () -> kill(() -> died("it was drained, and not done within " + limit, null)));
    drain(() -> died("it was drained", null));
    return ended.whenComplete((nothing, failure) -> cancel.run()).copy();
  }

  private void endIfDrained() {
    if (life == Life.DRAINING && calls.isEmpty()) {
      kill(whyDead);
    }
  }

  /** The behavior has stopped and the user's object is let go: gives everything back. */
  void stopped() {
    Lease held;
    synchronized (this) {
      held = lease;
      lease = null;
    }
    if (held != null) {
      held.release();
    }
    constructor.release();
    ended.complete(null);
  }

  boolean isDead() {
    return life == Life.DEAD;
  }

  ActorDiedException died(String how, @Nullable Throwable cause) {
    return new ActorDiedException(describe() + " is dead: " + how + ".", cause);
  }

  /** Fails a result of this actor. */
  void fail(ActorCallRun run, Supplier<? extends MobulaException> why) {
    if (run.finish()) {
      run.result().fail(new Failure(why));
      settled(run);
    }
  }

  /** The calling thread is about to run the constructor; false if the actor is dead. */
  synchronized boolean beginMaking(Execution execution) {
    if (life == Life.DEAD) {
      return false;
    }
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
  }

  /** Writes what another process needs to reach the actor. */
  void export(FrameWriter out) {
    throw new IllegalStateException("TODO");
  }

  /** The class of the user's object, once it is made. */
  @Nullable
  Class<?> instanceType() {
    return instanceType;
  }
}
