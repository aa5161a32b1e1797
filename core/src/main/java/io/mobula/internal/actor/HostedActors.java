package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Actors that live on this node. It creates actors that other nodes place here, takes calls of
 * other processes, and reports to owners. Safe for all threads; nothing blocks.
 */
final class HostedActors {
  private final ActorEngine engine;
  private final ClusterObjects clusterObjects;
  private final NodeMessaging messaging;
  private final ActorCluster cluster;
  private final Map<LeaseKey, Lease> unclaimedLeases = new ConcurrentHashMap<>();
  private final Map<ActorId, HostedCell> hostedCell = new ConcurrentHashMap<>();

  private volatile boolean closed;
  private volatile boolean leaving;

  private record LeaseKey(NodeId submitter, long number) {}

  /** Cell, and the sequencers of calls from other processes to it. */
  private record HostedCell(
      ActorCell cell,
      ActorAddress address,
      OwnerNotifier notifier,
      Map<NodeId, InboundCallSequencer> sequencers) {}

  /** Id of another process's client. */
  private record ClientId(NodeId process, long stream) {}

  /** Id of one caller in another process. */
  private record CallerId(NodeId node, long number) {}

  HostedActors(
      ActorEngine engine,
      ClusterObjects clusterObjects,
      NodeMessaging messaging,
      LeaseGranter granter,
      ActorCluster cluster) {
    this.engine = engine;
    this.clusterObjects = clusterObjects;
    this.messaging = messaging;
    this.cluster = cluster;
    granter.host(ClusterLeaseRequester.Purpose.ACTOR, (submitter, number, lease) -> {
      var key = new LeaseKey(submitter, number);
      unclaimedLeases.put(key, lease);
      return () -> giveUp(key);
    });
    messaging
        .on(FrameKind.CREATE_ACTOR, this::onCreate)
        .on(FrameKind.ACTOR_CALL, this::onCall)
        .on(FrameKind.CANCEL_CALL, this::onCancel);
    engine.store().deadlockDetector().addExecutionLookup(this::findBlocker);
  }

  /** Releases a lease that the submitter does not want any more, unless an actor has taken it. */
  private void giveUp(LeaseKey key) {
    var lease = unclaimedLeases.remove(key);
    if (lease != null) {
      lease.release();
    }
  }

  /**
   * Removes and returns a lease that was granted to another node for work that it sends; null if
   * the lease has ended.
   */
  @Nullable
  Lease takeLease(NodeId submitter, long number) {
    return unclaimedLeases.remove(new LeaseKey(submitter, number));
  }

  // ---- the life of hosted actors

  private void onCreate(NodeId from, FrameReader in) {
    long number = in.int64();
    var address = ActorAddress.read(in);
    var descriptor = ActorDescriptor.read(in);
    var history = IncarnationSpec.History.read(in, address);
    var handedOver = cluster.replicator().handedOver();
    var lease = takeLease(from, number);
    if (lease == null) {
      handedOver.drop(descriptor.id());
      tellOwner(FrameKind.PLACEMENT_LOST, descriptor.id(), address);
      return;
    }
    try {
      var options = ActorFrames.readOptions(in);
      var job = Job.read(in);
      var constructor = CallCodec.read(in, engine.store(), clusterObjects, from);
      var spec = new ActorCreationSpec(constructor, options, job);
      var known = history.with(handedOver.take(descriptor.id()));
      host(new IncarnationSpec(descriptor, address, spec, known), lease);
      tellOwner(FrameKind.ACTOR_PLACED, descriptor.id(), address);
    } catch (Throwable e) { // unreadable input fails this actor, and no other
      lease.release();
      handedOver.drop(descriptor.id());
      var notifier = new OwnerNotifier(descriptor.id(), address, history.restarts());
      notifier.died(new ObjectFailure(() -> descriptor.diedException(
          "its constructor cannot be read on node " + address.node() + ": "
              + CapturedThrowable.textOf(e),
          e)));
      notifier.ended();
    }
  }

  private void tellOwner(FrameKind kind, ActorId id, ActorAddress address) {
    var frame = ActorFrames.of(kind, id);
    address.write(frame);
    messaging.send(cluster.ownerOf(id), frame.toBytes());
  }

  /** Creates an actor on this node. */
  void host(IncarnationSpec actor, Lease lease) {
    var id = actor.descriptor().id();
    boolean ours = cluster.ownedActors().find(id) != null;
    var notifier = new OwnerNotifier(id, actor.address(), actor.history().restarts());
    var cell = new ActorCell(actor.descriptor(), actor.spec(), engine, notifier, actor.history());
    hostedCell.put(id, new HostedCell(cell, actor.address(), notifier, new ConcurrentHashMap<>()));
    engine.host(cell, actor.history().restarts());
    endWithGroup(cell);
    cell.lease().granted(lease);
    if (!ours && actor.descriptor().detached()) {
      engine.registerHostedName(cell, actor.address(), null);
    }
    if (!ours && !actor.descriptor().detached() && !cluster.isMember(cluster.ownerOf(id))) {
      ownerGone(cell, "it left");
    }
  }

  /** Ends the actor if its placement group ended before the actor could hear of it. */
  private void endWithGroup(ActorCell cell) {
    var over = engine.leaseSource().refusalFor(cell.options().placement());
    if (over != null) {
      cell.kill(
          () -> cell.diedException("its placement group is no more", over.apply(cell.describe())));
    }
  }

  /** Reports an actor's state to its new owner. */
  void onOwnerChange(ActorId id, ActorOwnerState known) {
    var present = hostedCell.get(id);
    var address = known.address();
    if (present != null) {
      present.notifier().notifyNewOwner(present.cell());
    } else if (address != null && address.node().equals(cluster.self())) {
      var ours = cluster.ownedActors().find(id);
      if (ours != null) {
        ours.placementLost(address);
      } else {
        tellOwner(FrameKind.PLACEMENT_LOST, id, address);
      }
    }
  }

  /** Notifier of the actor's current owner, in this process or another. */
  private final class OwnerNotifier implements ActorLifecycleListener {
    private final ActorId id;
    private final ActorAddress address;
    private volatile int restarts;

    OwnerNotifier(ActorId id, ActorAddress address, int restarts) {
      this.id = id;
      this.address = address;
      this.restarts = restarts;
    }

    private @Nullable ActorOwner localOwner() {
      return cluster.ownedActors().find(id);
    }

    /** Reports everything to a new owner. */
    void notifyNewOwner(ActorCell cell) {
      var ours = localOwner();
      if (ours != null) {
        ours.placed(address);
      } else {
        tellOwner(FrameKind.ACTOR_PLACED, id, address);
      }
      restarted(restarts);
      engine.registerHostedName(cell, address, cell.instanceType());
    }

    @Override
    public void made(ActorCell cell, Class<?> type) {
      engine.registerHostedName(cell, address, type);
    }

    @Override
    public void restarted(int times) {
      restarts = times;
      var ours = localOwner();
      if (ours != null) {
        ours.restarted(address, times);
        return;
      }
      var frame = ActorFrames.of(FrameKind.ACTOR_RESTARTED, id);
      address.write(frame);
      messaging.send(cluster.ownerOf(id), frame.int32(times).toBytes());
    }

    @Override
    public void checkpointed(CheckpointVersion version) {
      var ours = localOwner();
      if (ours != null) {
        ours.checkpointed(address, version);
        return;
      }
      var frame = ActorFrames.of(FrameKind.ACTOR_CHECKPOINTED, id);
      address.write(frame);
      version.write(frame);
      messaging.send(cluster.ownerOf(id), frame.toBytes());
    }

    @Override
    public CompletableFuture<String> replicate(ReplicatedCheckpoint state) {
      return cluster.replicator().replicate(id, state);
    }

    @Override
    public void died(ObjectFailure why) {
      forget(id);
      var ours = localOwner();
      if (ours != null) {
        ours.died(address, why);
        return;
      }
      if (closed) {
        return;
      }
      var frame = ActorFrames.of(FrameKind.ACTOR_DIED, id);
      address.write(frame);
      clusterObjects.write(frame, why, new ObjectId(0, 0, 0));
      messaging.send(cluster.ownerOf(id), frame.toBytes());
    }

    @Override
    public void ended() {
      var ours = localOwner();
      if (ours != null) {
        ours.ended(address);
      } else if (!closed) {
        tellOwner(FrameKind.ACTOR_ENDED, id, address);
      }
      cluster.forgetOwner(id);
    }
  }

  @Nullable
  ActorCell cellAt(ActorAddress address, ActorId id) {
    var present = hostedCell.get(id);
    return present != null && present.address().equals(address) ? present.cell() : null;
  }

  @Nullable
  ActorCell cell(ActorId id) {
    var present = hostedCell.get(id);
    return present == null ? null : present.cell();
  }

  /** Returns what an actor here runs while that call of another process waits for it, or null. */
  private @Nullable Execution findBlocker(ObjectId call) {
    for (var present : hostedCell.values()) {
      var running = present.cell().findBlocker(call);
      if (running != null) {
        return running;
      }
    }
    return null;
  }

  void forget(ActorId id) {
    hostedCell.remove(id);
  }

  /**
   * Rejects calls of other processes that have not started, as this process is about to leave. The
   * actors' next incarnations run them.
   */
  void leave() {
    leaving = true;
    hostedCell.values().forEach(present -> {
      present.cell().rejectUnstarted();
      present.cell().tell(new ActorBehavior.SaveDue());
    });
  }

  /**
   * Stops the reports, as this process ends. Other nodes learn of it from the membership and treat
   * it as the loss of a host, after which actors are recreated and calls repeated, and not as the
   * end of the actors.
   */
  void close() {
    closed = true;
  }

  void left(NodeId node, String who) {
    for (var present : hostedCell.values()) {
      present.sequencers().remove(node);
      var cell = present.cell();
      if (cell.id().node() == node.incarnation() && !cell.options().lifetime().detached()) {
        ownerGone(cell, who);
      }
    }
  }

  private static void ownerGone(ActorCell cell, String who) {
    cell.kill(() -> cell.diedException("its owner is gone: " + who, null));
  }

  // ---- calls of other processes

  /**
   * Returns the point that a call of another process waits for here, or null if the call is not
   * here.
   */
  @Nullable
  WaitPoint pendingHere(NodeId from, ObjectId call) {
    for (var present : hostedCell.values()) {
      if (present.cell().hasCall(call)) {
        return () -> present.cell().waitStep(call);
      }
      var sequencer = present.sequencers().get(from);
      if (sequencer != null && sequencer.hasGap()) {
        return () ->
            WaitStep.end("it may have come before a call that it follows", WaitCause.UNKNOWN);
      }
    }
    return null;
  }

  private void onCall(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    int incarnation = in.int32();
    long stream = in.int64();
    long number = in.int64();
    var result = ClusterObjects.readId(in);
    var present = hostedCell.get(id);
    if (present == null || present.address().incarnation() != incarnation || leaving) {
      sendRejected(from, id, incarnation, result);
      return;
    }
    present
        .sequencers()
        .computeIfAbsent(from, key -> new InboundCallSequencer())
        .accept(stream, number, () -> take(present, new ClientId(from, stream), result, in));
  }

  /** Tells the caller that the call has not run and will not run here. */
  private void sendRejected(NodeId caller, ActorId id, int incarnation, ObjectId call) {
    messaging.send(
        caller,
        ActorFrames.of(FrameKind.CALL_REJECTED, id)
            .int32(incarnation)
            .int64(call.task())
            .toBytes());
  }

  private void take(HostedCell at, ClientId clientId, ObjectId result, FrameReader in) {
    var from = clientId.process();
    var callerId = new CallerId(from, in.int64());
    int attempts = in.int32();
    var named = CallOrigin.SequenceNumbers.read(in).of(from, clientId.stream(), attempts > 0);
    var answer = new RemotePromise(at, from, result, attempts + 1);
    try {
      var name = in.text();
      var call = CallCodec.read(in, engine.store(), clusterObjects, from);
      var run = new ActorCallRun(name, callerId, call, answer, named);
      run.setAttempts(attempts);
      at.cell().takeRemote(run);
      if (leaving) { // this node may have rejected its calls before that
        at.cell().rejectUnstarted();
      }
    } catch (Throwable e) { // unreadable input fails this call, and no other
      var message = "Call " + result + " of " + at.cell().describe() + " cannot be read on node "
          + at.address().node() + ": " + CapturedThrowable.textOf(e);
      answer.fail(new ObjectFailure(() -> new CodecException(message, e)));
    }
  }

  private void onCancel(NodeId from, FrameReader in) {
    var cell = cell(ActorDescriptor.readId(in));
    if (cell != null) {
      cell.cancel(ClusterObjects.readId(in));
    }
  }

  /** Promise of a call of another process, which gets the outcome in a frame. */
  private final class RemotePromise implements CallPromise {
    private final HostedCell at;
    private final NodeId caller;
    private final ObjectId id;
    private final int attempt;

    RemotePromise(HostedCell at, NodeId caller, ObjectId id, int attempt) {
      this.at = at;
      this.caller = caller;
      this.id = id;
      this.attempt = attempt;
    }

    @Override
    public ObjectId id() {
      return id;
    }

    @Override
    public boolean canRetryElsewhere() {
      return true;
    }

    @Override
    public void retryElsewhere() {
      sendRejected(caller, at.cell().id(), at.address().incarnation(), id);
    }

    @Override
    public void complete(ObjectContent content) {
      if (!cluster.isMember(caller)) {
        content.discard();
        return;
      }
      try {
        answer(content);
      } catch (Throwable e) {
        // a ref that cannot leave this node, or a failing hook of a user's class
        fail(new ObjectFailure(() -> new CodecException(
            "The result of call " + id + " cannot be sent to node " + caller + ": "
                + CapturedThrowable.textOf(e),
            e)));
      }
    }

    @Override
    public void fail(ObjectFailure failure) {
      if (!closed && !isOfClosing(failure)) {
        answer(failure);
      }
    }

    /**
     * Returns whether the failure comes from the end of this process, so that the call may run
     * elsewhere.
     */
    private boolean isOfClosing(ObjectFailure failure) {
      return cluster.engine().store().isClosed()
          && failure.isCausedBy(RuntimeClosedException.class);
    }

    private void answer(Object outcome) {
      var frame = ActorFrames.of(FrameKind.CALL_REPLY, at.cell().id())
          .int32(at.address().incarnation())
          .int64(id.task());
      var release = clusterObjects.writeOrLendResult(frame, outcome, id, attempt, caller);
      clusterObjects.finishFrame(frame, caller, release);
      clusterObjects.send(caller, frame);
    }
  }
}
