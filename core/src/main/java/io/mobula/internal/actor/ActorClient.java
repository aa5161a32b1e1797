package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.error.MobulaException;
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
 * Client of this process for one actor of the cluster, as its handles see it. It calls the cell
 * directly if the actor lives in this process, and else leaves calls to its connection. Safe for
 * all threads.
 */
final class ActorClient implements ActorEndpoint {
  private final ActorDescriptor descriptor;
  private final ActorClients clients;
  private final ActorServices services;
  private final SerialExecutor executor = new SerialExecutor();
  private final PendingCallLimit limit;
  private final ActorConnection connection;
  private boolean held; // confined to the executor
  // guarded by the monitor
  private WeakReference<TrackedActorHandle.ReachabilityToken> token = new WeakReference<>(null);
  private boolean retired; // guarded by the monitor

  /**
   * Makes a client that knows no address yet.
   *
   * @param stream numbers the clients of this process, so that a host can tell their calls apart
   */
  ActorClient(ActorDescriptor descriptor, ActorClients clients, long stream) {
    this.descriptor = descriptor;
    this.clients = clients;
    this.services = clients.shared().services();
    this.limit = new PendingCallLimit(descriptor);
    this.connection =
        new ActorConnection(descriptor, clients, stream, executor, limit, this::retireIfUnused);
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
    return services.store();
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
      clients.hold(this);
    }
  }

  /**
   * Retires this client after its last handle and last call: the owner need not count this process
   * any more.
   */
  private void retireIfUnused() {
    synchronized (this) {
      if (retired || token.get() != null || !connection.isIdle()) {
        return;
      }
      retired = true;
    }
    if (held) {
      clients.release(this);
    }
    clients.retire(this);
  }

  @Override
  public void export(FrameWriter out) {
    var owner = clients.shared().known().ownerOf(id());
    new ActorDescriptor.SerializedHandle(descriptor, connection.address(), owner).write(out);
  }

  // ---- calls

  @Override
  public <R extends @Nullable Object> ObjectRef<R> call(MethodRequest request) {
    var cell = connection.local();
    // otherwise an earlier call is still on its way to the cell
    return cell != null && limit.pending() == 0
        ? cell.call(request)
        : ActorEndpoint.super.call(request);
  }

  @Override
  public CallBinder binder() {
    return services.binder();
  }

  @Override
  public void admit() {
    var host = connection.address();
    if (host != null) {
      clients.shared().peers().awaitRoom(host.node());
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
    executor.execute(() -> connection.onCall(remote));
  }

  @Override
  public void cancel(long task, boolean recursive) {
    executor.execute(() -> connection.cancel(task, recursive));
  }

  // ---- reports of other processes

  /**
   * Handles an outcome from the host: a content or a failure.
   *
   * @param takenIn runs when the call has the outcome, and this process holds the objects that came
   *     with it; an acknowledgement before that would be wrong
   */
  void onReply(int incarnation, long number, Object outcome, Runnable takenIn) {
    executor.execute(() -> {
      try {
        connection.onReply(incarnation, number, outcome);
      } finally {
        takenIn.run();
      }
    });
  }

  /** Handles a rejection: the actor was not there, and the call has not run. */
  void onRejected(int incarnation, long number) {
    executor.execute(() -> connection.onRejected(incarnation, number));
  }

  /** Handles a status from the owner, or an address from a received handle. */
  void onStatus(ActorStatus update) {
    executor.execute(() -> connection.onStatus(update));
  }

  /** Handles a node that has joined: an address on it becomes usable. */
  void joined(NodeId node) {
    executor.execute(() -> connection.onJoined(node));
  }

  /** Handles a node that has left the cluster. */
  void left(NodeId node, String who) {
    executor.execute(() -> connection.onLeft(node, who));
  }

  /**
   * Registers the handles of this process with the actor's new owner, which reports the address.
   */
  void onOwnerChange() {
    executor.execute(() -> {
      connection.onOwnerChange();
      if (held) {
        clients.hold(this);
      }
    });
  }

  // ---- the end

  @Override
  public void kill() {
    end(descriptor.diedFailure("it was killed", null), "it was killed");
  }

  private void end(ObjectFailure why, String how) {
    var cell = connection.local();
    if (cell != null) {
      cell.lifecycle().markEndedByUser();
      if (descriptor.durable()) { // so that the owner does not take it for a failure
        executor.execute(() -> connection.killAtOwner(how));
      }
      cell.kill(why);
      return;
    }
    executor.execute(() -> connection.kill(why, how));
  }

  @Override
  public CompletableFuture<@Nullable Void> drain(Duration limit) {
    var cell = connection.local();
    if (cell != null) {
      var gone = cell.drain(limit);
      if (descriptor.durable()) { // until it is gone, nobody else may take its name
        executor.execute(connection::drainAtOwner);
      }
      return gone;
    }
    var late = "it was drained, and not done within " + limit;
    var cancel = services.after(limit, () -> end(descriptor.diedFailure(late, null), late));
    executor.execute(connection::drain);
    return connection
        .ended()
        .whenCompleteAsync((nothing, failure) -> cancel.run(), store().threads()::runCallback);
  }

  /** Fails all calls, as the runtime is closing. */
  void close(Supplier<MobulaException> why) {
    executor.execute(() -> connection.close(why));
  }

  /** Returns whether nothing is left of the actor, as far as this process knows. */
  boolean isEnded() {
    return connection.ended().isDone();
  }

  /** Returns whether the actor takes calls, as far as this process knows. */
  boolean isOpen() {
    return connection.isOpen();
  }

  // ---- diagnosis

  /** Returns one entry for the calls of this process that wait until the actor is placed. */
  Optional<WaitingWork> waiting() {
    int count = limit.pending();
    return count == 0 || connection.address() != null || connection.isDead()
        ? Optional.empty()
        : Optional.of(WaitingCallsEntry.of(count, describe(), "it is not placed at the moment"));
  }

  @Override
  public WaitStep waitStep(ObjectId wanted) {
    var here = connection.local();
    if (here != null && here.hasCall(wanted)) {
      return here.waitStep(wanted);
    }
    return WaitStep.asking("call " + wanted + " of " + describe() + " was made", () -> {
      var answer = new CompletableFuture<WaitStep>();
      executor.execute(() -> answer.complete(connection.explain(wanted)));
      return answer;
    });
  }

  /** Returns a stage with the unanswered calls of this process that its cell does not have. */
  CompletionStage<List<ObjectEntry>> unanswered() {
    var answer = new CompletableFuture<List<ObjectEntry>>();
    executor.execute(() -> answer.complete(connection.unanswered()));
    return answer;
  }

  /**
   * Returns the execution even before the owner has reported the address, so that no cycle is
   * missed.
   */
  @Override
  public @Nullable Execution blockingExecution(ObjectId wanted) {
    var here = connection.local();
    var cell = here == null ? clients.shared().known().cell(id()) : here;
    return cell == null ? null : cell.blockingExecution(wanted);
  }

  @Override
  public @Nullable WorkLocation workLocation(ObjectId wanted) {
    var host = connection.address();
    return host == null ? null : new WorkLocation(host.node(), wanted);
  }
}
