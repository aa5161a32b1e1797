package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.TaskCancelledException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.WorkLocation;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.MethodRequest;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Client of this process for one actor of the cluster. It keeps calls while the actor is not
 * placed, sends them to its host, repeats them when the host dies, and calls the cell directly if
 * the actor lives in this process. Safe for all threads; fields that are not volatile are confined
 * to its executor.
 */
final class ActorClient implements ActorEndpoint {
  /** A successor has announced itself within this time. */
  private static final Duration SUCCESSION = Duration.ofSeconds(20);

  private final ActorDescriptor descriptor;
  private final ActorCluster cluster;
  private final SerialExecutor executor = new SerialExecutor();
  private final PendingCallLimit limit;
  private final PendingActorCalls pendingCalls;
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private volatile @Nullable ActorCell local;
  private volatile @Nullable ActorAddress address;
  private @Nullable ActorAddress unmetAddress; // address on a node that this process has not met
  private int lastLostIncarnation;
  private volatile @Nullable ObjectFailure deathCause;
  private volatile @Nullable ObjectFailure drainCause;
  private boolean drainSent;
  private boolean held;
  private boolean awaitsSuccessor;
  // guarded by the monitor
  private WeakReference<TrackedActorHandle.ReachabilityToken> token = new WeakReference<>(null);
  private boolean retired; // guarded by the monitor

  /**
   * Makes a client that knows no address yet.
   *
   * @param stream numbers the clients of this process, so that a host can tell their calls apart
   */
  ActorClient(ActorDescriptor descriptor, ActorCluster cluster, long stream) {
    this.descriptor = descriptor;
    this.cluster = cluster;
    this.limit = new PendingCallLimit(descriptor);
    this.pendingCalls =
        new PendingActorCalls(descriptor, cluster, stream, limit, this::allAnswered);
  }

  ActorDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public ActorId id() {
    return descriptor.id();
  }

  @Override
  public String describe() {
    return descriptor.describe();
  }

  @Override
  public ObjectStore store() {
    return cluster.engine().store();
  }

  // ---- handles

  /** Returns a new handle, or null when this client is retired because no handle was left. */
  <A> @Nullable TrackedActorHandle<A> handle() {
    TrackedActorHandle.ReachabilityToken present;
    boolean first;
    synchronized (this) {
      if (retired) {
        return null;
      }
      present = token.get();
      first = present == null;
      if (present == null) {
        present = new TrackedActorHandle.ReachabilityToken(this);
        token = new WeakReference<>(present);
      }
    }
    if (first) {
      store().whenUnreachable(present, () -> executor.execute(this::retireIfUnused));
      executor.execute(this::hold);
    }
    return new TrackedActorHandle<>(present);
  }

  private void hold() {
    if (!held) {
      held = true;
      cluster.hold(this);
    }
  }

  /**
   * Retires this client after its last handle and last call: the owner need not count this process
   * any more.
   */
  private void retireIfUnused() {
    synchronized (this) {
      if (retired || token.get() != null || !pendingCalls.isEmpty()) {
        return;
      }
      retired = true;
    }
    if (held) {
      cluster.release(this);
    }
    cluster.retired(this);
  }

  @Override
  public void export(FrameWriter out) {
    new ActorDescriptor.SerializedHandle(descriptor, address, cluster.ownerOf(id())).write(out);
  }

  // ---- calls

  @Override
  public <R extends @Nullable Object> ObjectRef<R> call(MethodRequest request) {
    var cell = local;
    // otherwise an earlier call is still on its way to the cell
    return cell != null && limit.pending() == 0
        ? cell.call(request)
        : ActorEndpoint.super.call(request);
  }

  @Override
  public CallBinder binder() {
    return cluster.engine().binder();
  }

  @Override
  public void admit() {
    var host = address;
    if (host != null) {
      cluster.awaitRoom(host.node());
    }
    limit.admit();
  }

  @Override
  public void withdraw() {
    limit.remove();
  }

  @Override
  public void submit(String name, BoundCall call, ObjectEntry result) {
    var remote = new RemoteCall(name, ActorCallRun.currentCaller(), call, result);
    executor.execute(() -> onCall(remote));
  }

  private void onCall(RemoteCall call) {
    boolean wait = pendingCalls.add(call);
    var refused = deathCause != null ? deathCause : drainCause;
    if (refused != null) {
      pendingCalls.fail(call, refused);
    } else if (wait && local == null) {
      await(call);
    } else {
      flush();
    }
  }

  private void await(RemoteCall call) {
    call.call().whenReady(() -> executor.execute(() -> onReady(call.caller())));
  }

  private void onReady(Object caller) {
    var first = pendingCalls.releaseReady(caller);
    if (first != null && local == null) {
      await(first);
    }
    flush();
  }

  private void flush() {
    var to = address;
    var cell = local;
    if (cell != null) {
      pendingCalls.handOverTo(cell);
      drainIfDone();
    } else if (to != null && deathCause == null) {
      pendingCalls.sendAll(to);
    }
  }

  private void allAnswered() {
    drainIfDone();
    retireIfUnused();
  }

  /**
   * Handles an outcome from the host: a content or a failure.
   *
   * @param takenIn runs when the call has the outcome, and this process holds the objects that came
   *     with it; an acknowledgement before that would be wrong
   */
  void onReply(int incarnation, long number, Object outcome, Runnable takenIn) {
    executor.execute(() -> {
      try {
        pendingCalls.onAnswer(incarnation, number, outcome);
      } finally {
        takenIn.run();
      }
    });
  }

  /** Handles a rejection: the actor was not there, and the call has not run. */
  void onRejected(int incarnation, long number) {
    executor.execute(() -> {
      pendingCalls.requeueRejected(incarnation, number);
      forgetPlace(incarnation);
      var why = deathCause;
      if (why != null) {
        pendingCalls.failUnsent(why);
      }
      flush();
    });
  }

  private void forgetPlace(int incarnation) {
    lastLostIncarnation = Math.max(lastLostIncarnation, incarnation);
    var present = address;
    if (present != null && present.incarnation() <= lastLostIncarnation) {
      address = null;
    }
  }

  // ---- where the actor is

  /** Handles a status from the owner, or an address from a received handle. */
  void onStatus(ActorStatus update) {
    executor.execute(() -> {
      switch (update) {
        case ActorStatus.Alive(var at) -> onPlace(at);
        case ActorStatus.Pending(var gone) -> onLost(gone);
        case ActorStatus.Dead(var why, var over) -> onDead(why, over);
      }
    });
  }

  private void onPlace(ActorAddress at) {
    var present = address;
    if (!cluster.isMember(at.node())) { // the node is gone, or not met yet
      unmetAddress = at;
      return;
    }
    boolean old = at.incarnation() <= lastLostIncarnation
        || (present != null && at.incarnation() <= present.incarnation());
    if (old || deathCause != null) {
      return;
    }
    unmetAddress = null;
    onLost(at.incarnation() - 1);
    var cell = cluster.cellAt(at, id());
    if (cell == null && at.node().equals(store().node())) {
      // the actor has died already, and its owner will say so
      lastLostIncarnation = at.incarnation();
      return;
    }
    address = at;
    pendingCalls.moved();
    local = cell;
    flush();
  }

  /**
   * Handles the loss of incarnations up to this one; nobody knows which of their calls have run.
   */
  private void onLost(int incarnation) {
    forgetPlace(incarnation);
    pendingCalls.retryOrFailLost(at -> at.incarnation() <= incarnation, deathCause == null);
    flush();
  }

  private void onDead(ObjectFailure why, boolean over) {
    if (deathCause == null) {
      deathCause = why;
      pendingCalls.failUnsent(why);
    }
    if (over) {
      ended.complete(null);
    }
  }

  /** Handles a node that has joined: an address on it becomes usable. */
  void joined(NodeId node) {
    executor.execute(() -> {
      var at = unmetAddress;
      if (at != null && at.node().equals(node)) {
        onPlace(at);
      }
    });
  }

  /** Handles a node that has left the cluster. */
  void left(NodeId node, String who) {
    executor.execute(() -> {
      var present = address;
      if (present != null && present.node().equals(node)) {
        onLost(present.incarnation());
      } else { // also if the owner has reported another address meanwhile, or the actor's end
        pendingCalls.retryOrFailLost(at -> at.node().equals(node), deathCause == null);
      }
      var owner = cluster.ownerOf(id());
      if (descriptor.ownerFailover()) {
        if (!cluster.isMember(owner)) {
          awaitSuccessor(who);
        }
      } else if (owner.equals(node) && (!descriptor.detached() || address == null)) {
        onDead(diedFailure("its owner is gone: " + who, null), true);
      } else if (address == null && deathCause == null && !cluster.isMember(owner)) {
        onDead(
            diedFailure("its host is gone: " + who + "; and its owner is gone, too", null), true);
      }
      flush();
    });
  }

  /** Waits for a successor of the owner, which may never come. */
  private void awaitSuccessor(String who) {
    if (awaitsSuccessor || deathCause != null) {
      return;
    }
    awaitsSuccessor = true;
    cluster.askWhoOwns(id());
    cluster
        .engine()
        .after(
            SUCCESSION,
            () -> executor.execute(() -> {
              boolean still = awaitsSuccessor;
              awaitsSuccessor = false;
              if (still && address == null) {
                onDead(
                    diedFailure(
                        "its owner is gone: " + who + "; and no node has taken it over", null),
                    true);
              }
            }));
  }

  /**
   * Registers the handles of this process with the actor's new owner, which reports the address.
   */
  void onOwnerChange() {
    executor.execute(() -> {
      awaitsSuccessor = false;
      if (held) {
        cluster.hold(this);
      }
    });
  }

  // ---- the end

  @Override
  public void cancel(long task, boolean recursive) {
    executor.execute(() -> {
      var call = pendingCalls.find(task);
      var cell = local;
      if (call == null) {
        if (cell != null) {
          cell.cancel(task, recursive);
        }
        return;
      }
      var to = call.sentTo();
      if (to != null) {
        cluster.cancel(to, id(), call.result().id(), recursive);
      }
      pendingCalls.fail(
          call,
          new ObjectFailure(() -> new TaskCancelledException(
              "Call " + task + " of " + describe() + " was cancelled.", null)));
      onReady(call.caller());
    });
  }

  @Override
  public void kill() {
    end(diedFailure("it was killed", null), "it was killed");
  }

  private void end(ObjectFailure why, String how) {
    var cell = local;
    if (cell != null) {
      cell.markEndedByUser();
      if (descriptor.durable()) { // so that the owner does not take it for a failure
        executor.execute(() -> cluster.ownedActors().kill(descriptor, address, how));
      }
      cell.kill(why);
      return;
    }
    executor.execute(() -> {
      if (deathCause == null) {
        onDead(why, false);
        pendingCalls.failAll(why);
        cluster.ownedActors().kill(descriptor, address, how);
      }
    });
  }

  @Override
  public CompletableFuture<@Nullable Void> drain(Duration limit) {
    if (limit.isNegative()) {
      throw new InvalidRequestException("Wanted " + describe() + " drained within " + limit
          + ": a limit cannot be negative. Use kill() to end it at once.");
    }
    var cell = local;
    if (cell != null) {
      var gone = cell.drain(limit);
      if (descriptor.durable()) { // until it is gone, nobody else may take its name
        executor.execute(() -> cluster.ownedActors().drain(descriptor, address, "it was drained"));
      }
      return gone;
    }
    var late = "it was drained, and not done within " + limit;
    var cancel = cluster.engine().after(limit, () -> end(diedFailure(late, null), late));
    executor.execute(() -> {
      if (drainCause == null && deathCause == null) {
        drainCause = diedFailure("it was drained", null);
        drainIfDone();
      }
    });
    return ended.whenCompleteAsync(
        (nothing, failure) -> cancel.run(), store().threads()::runCallback);
  }

  /** Drains the host's actor once the calls of this process are answered. */
  private void drainIfDone() {
    if (drainCause != null && !drainSent && deathCause == null && pendingCalls.isEmpty()) {
      drainSent = true;
      cluster.ownedActors().drain(descriptor, address, "it was drained");
    }
  }

  /** Fails all calls, as the runtime is closing. */
  void close(Supplier<MobulaException> why) {
    executor.execute(() -> {
      onDead(new ObjectFailure(why), true);
      pendingCalls.failAll(new ObjectFailure(why));
    });
  }

  /** Returns one entry for the calls of this process that wait until the actor is placed. */
  Optional<WaitingWork> waiting() {
    int count = limit.pending();
    return count == 0 || address != null || deathCause != null
        ? Optional.empty()
        : Optional.of(WaitingCallsEntry.of(count, describe(), "it is not placed at the moment"));
  }

  /** Returns whether nothing is left of the actor, as far as this process knows. */
  boolean isEnded() {
    return ended.isDone();
  }

  /** Returns whether the actor takes calls, as far as this process knows. */
  boolean isOpen() {
    var cell = local;
    return cell == null ? deathCause == null && drainCause == null : cell.isOpen();
  }

  private ObjectFailure diedFailure(String how, @Nullable Throwable cause) {
    return new ObjectFailure(() -> descriptor.diedException(how, cause));
  }

  @Override
  public WaitStep waitStep(ObjectId wanted) {
    var known = local;
    if (known != null && known.hasCall(wanted)) {
      return known.waitStep(wanted);
    }
    return WaitStep.asking("call " + wanted + " of " + describe() + " was made", () -> {
      var answer = new CompletableFuture<WaitStep>();
      executor.execute(() -> answer.complete(explain(wanted)));
      return answer;
    });
  }

  private WaitStep explain(ObjectId wanted) {
    var call = pendingCalls.find(wanted.task());
    var cell = local;
    if (call == null) {
      return cell == null
          ? WaitStep.end("nothing is known of it here any more", WaitCause.NOBODY)
          : cell.waitStep(wanted);
    }
    return explain(call).withVersion(call.attempts()).since(call.since());
  }

  private WaitStep explain(RemoteCall call) {
    var to = call.sentTo();
    if (to != null) {
      return WaitStep.elsewhere(
          "it was sent to node " + to.node(),
          to.node(),
          WaitStep.Work.value(call.result().id()));
    }
    var first = pendingCalls.firstWaiting(call.caller());
    var missing = (first == null ? call : first).call().missingArguments();
    if (!missing.isEmpty()) {
      return WaitStep.via("it, or a call before it, waits for an argument", missing);
    }
    if (address != null && deathCause == null) {
      return cluster.isMember(address.node())
          ? WaitStep.end(
              "it could be sent to node " + address.node() + ", and is not", WaitCause.NOBODY)
          : WaitStep.end("its actor is no longer placed", WaitCause.UNKNOWN);
    }
    var owner = cluster.ownedActors().find(id());
    return owner == null
        ? WaitStep.anythingOf(
            "node " + cluster.ownerOf(id()) + " has to say where the actor is",
            cluster.ownerOf(id()))
        : WaitStep.via("its actor is not placed", owner);
  }

  /** Returns a stage with the unanswered calls of this process that its cell does not have. */
  CompletionStage<List<ObjectEntry>> unanswered() {
    var answer = new CompletableFuture<List<ObjectEntry>>();
    executor.execute(() ->
        answer.complete(pendingCalls.all().stream().map(RemoteCall::result).toList()));
    return answer;
  }

  /**
   * Returns the execution even before the owner has reported the address, so that no cycle is
   * missed.
   */
  @Override
  public @Nullable Execution blockingExecution(ObjectId wanted) {
    var known = local;
    var cell = known == null ? cluster.cellHere(id()) : known;
    return cell == null ? null : cell.blockingExecution(wanted);
  }

  @Override
  public @Nullable WorkLocation workLocation(ObjectId wanted) {
    var host = address;
    return host == null ? null : new WorkLocation(host.node(), wanted);
  }
}
