package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.error.NodeLostException;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.wait.WaitPoint;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Actors across nodes: the clients of this process, the actors that it owns and hosts, and the
 * frames between nodes. Safe for all threads; only {@link #awaitRoom} blocks.
 */
public final class ActorCluster {
  private final ActorEngine engine;
  private final Dependencies dependencies;
  private final Membership membership;
  private final Duration grace;
  private final Duration roomLimit;
  private final HostedActors hostedActors;
  private final Map<ActorId, ActorClient> clients = new ConcurrentHashMap<>();
  private final OwnedActors ownedActors;
  private final OwnershipSuccession succession;
  private final CheckpointReplicator replicator;
  private final Map<ActorId, NodeId> newOwners = new ConcurrentHashMap<>();
  private final Map<NodeId, Queue<Runnable>> earlyOwnerChanges = new ConcurrentHashMap<>();
  private final AtomicLong streams = new AtomicLong();

  /** Parts of the node that carry frames. */
  public record Dependencies(
      ClusterObjects sharing, NodeMessaging messaging, LeaseGranter granter) {}

  /**
   * Starts to send and receive frames about actors.
   *
   * @param grace how long an actor lives on when no process has a handle
   * @param roomLimit how long a call waits while too many bytes to a node are in flight
   */
  public ActorCluster(
      ActorEngine engine, Dependencies dependencies, Duration grace, Duration roomLimit) {
    this.engine = engine;
    this.dependencies = dependencies;
    this.membership = dependencies.messaging().membership();
    this.grace = grace;
    this.roomLimit = roomLimit;
    this.hostedActors = new HostedActors(
        engine, dependencies.sharing(), dependencies.messaging(), dependencies.granter(), this);
    this.ownedActors = new OwnedActors(this, dependencies);
    this.succession = new OwnershipSuccession(this, dependencies);
    this.replicator = new CheckpointReplicator(this, dependencies);
    dependencies.sharing().setHandleReader(this::importHandle);
    dependencies
        .messaging()
        .on(FrameKind.CALL_REPLY, this::onReply)
        .on(FrameKind.CALL_REJECTED, this::onRejected)
        .on(FrameKind.ACTOR_STATUS, this::onStatusFrame)
        .on(FrameKind.OWNER_CHANGED, this::onOwnerChanged)
        .on(FrameKind.OWNER_QUERY, (from, in) -> onOwnerQuery(from, ActorDescriptor.readId(in)))
        .on(FrameKind.SPAWN_BEHAVIOR, (from, in) -> engine.spawner().onSpawn(from, in, this))
        .on(FrameKind.BEHAVIOR_SPAWNED, (from, in) -> engine.spawner().onSpawned(from, in, this));
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {
        ownedActors.joined();
        clients.values().forEach(client -> client.joined(peer.id()));
      }

      @Override
      public void left(Peer peer, String how) {
        onLeft(peer.id(), peer + ": " + how);
      }
    });
  }

  ClusterObjects clusterObjects() {
    return dependencies.sharing();
  }

  @Nullable
  Lease takeLease(NodeId submitter, long number) {
    return hostedActors.takeLease(submitter, number);
  }

  ActorEngine engine() {
    return engine;
  }

  LeaseSource leaseSource() {
    return engine.leaseSource();
  }

  NodeId self() {
    return membership.self().id();
  }

  boolean isMember(NodeId node) {
    return membership.peer(node) != null;
  }

  /** Returns the actors that this process owns. */
  OwnedActors ownedActors() {
    return ownedActors;
  }

  /** Returns the successions that this process has appointed or may take over. */
  OwnershipSuccession succession() {
    return succession;
  }

  /** Returns the replicator of checkpoints between object stores. */
  CheckpointReplicator replicator() {
    return replicator;
  }

  /** Returns the actors that this process hosts. */
  HostedActors hostedActors() {
    return hostedActors;
  }

  void afterGrace(Runnable action) {
    engine.after(grace, action);
  }

  private void onLeft(NodeId node, String who) {
    hostedActors.left(node, who);
    replicator.handedOver().left(node);
    engine.spawner().left(node, who);
    succession.left(node);
    applyEarlyOwnerChanges(node);
    ownedActors.left(node, who);
    clients.values().forEach(client -> client.left(node, who));
  }

  // ---- who owns an actor

  /**
   * Returns the current owner of an actor, as far as is known here: its creator, or a successor.
   */
  NodeId ownerOf(ActorId id) {
    return newOwners.getOrDefault(id, new NodeId(id.node()));
  }

  ActorDescriptor.SerializedHandle serializedHandle(ActorDescriptor descriptor) {
    return new ActorDescriptor.SerializedHandle(descriptor, null, ownerOf(descriptor.id()));
  }

  /** Returns the other members with the role of a node, ordered by incarnation. */
  List<NodeId> otherNodes() {
    return membership.peers().stream()
        .filter(peer -> peer.role() == Peer.Role.NODE && !peer.id().equals(self()))
        .map(Peer::id)
        .sorted(Comparator.comparingLong(NodeId::incarnation))
        .toList();
  }

  void sendToAll(byte[] frame) {
    membership.peers().forEach(peer -> send(peer.id(), frame));
  }

  /** Takes over an actor, as its owner is gone and this node is its successor. */
  void takeOver(
      ActorDescriptor descriptor, ActorCreationSpec spec, ActorOwnerState ownerState, NodeId from) {
    var id = descriptor.id();
    newOwners.put(id, self());
    var owner = ownedActors.own(descriptor, spec);
    engine.registerName(descriptor, ownerState.address(), null);
    sendToAll(ownerChangedFrame(id, from, ownerState));
    owner.resume(ownerState);
    hostedActors.onOwnerChange(id, ownerState);
    notifyClient(id);
  }

  private static byte[] ownerChangedFrame(ActorId id, NodeId former, ActorOwnerState ownerState) {
    var frame = ActorFrames.of(FrameKind.OWNER_CHANGED, id).int64(former.incarnation());
    ownerState.write(frame);
    return frame.toBytes();
  }

  /**
   * Handles the announcement of a new owner; takes effect once the former owner has left here, too.
   */
  private void onOwnerChanged(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    var former = new NodeId(in.int64());
    var ownerState = ActorOwnerState.read(in);
    earlyOwnerChanges
        .computeIfAbsent(former, node -> new ConcurrentLinkedQueue<>())
        .add(() -> applyOwnerChange(id, from, ownerState));
    if (!isMember(former)) {
      applyEarlyOwnerChanges(former);
    }
  }

  private void applyEarlyOwnerChanges(NodeId former) {
    var waiting = earlyOwnerChanges.remove(former);
    if (waiting != null) {
      waiting.forEach(Runnable::run);
    }
  }

  private void applyOwnerChange(ActorId id, NodeId by, ActorOwnerState ownerState) {
    if (clients.containsKey(id) || hostedActors.cell(id) != null) {
      newOwners.put(id, by);
    }
    var address = ownerState.address();
    if (hostedActors.cell(id) != null || (address != null && address.node().equals(self()))) {
      newOwners.put(id, by);
      hostedActors.onOwnerChange(id, ownerState);
    }
    notifyClient(id);
    forgetOwner(id);
  }

  private void notifyClient(ActorId id) {
    var client = clients.get(id);
    if (client != null) {
      client.onOwnerChange();
    }
  }

  /** Forgets the new owner of an actor if nothing here refers to the actor. */
  void forgetOwner(ActorId id) {
    if (!clients.containsKey(id) && hostedActors.cell(id) == null && ownedActors.find(id) == null) {
      newOwners.remove(id);
    }
  }

  /** Asks all nodes who owns an actor whose owner is gone. */
  void askWhoOwns(ActorId id) {
    if (ownedActors.find(id) != null) {
      newOwners.put(id, self());
      notifyClient(id);
    } else {
      sendToAll(ActorFrames.of(FrameKind.OWNER_QUERY, id).toBytes());
    }
  }

  private void onOwnerQuery(NodeId from, ActorId id) {
    var ours = ownedActors.find(id);
    if (ours != null) {
      send(from, ownerChangedFrame(id, new NodeId(id.node()), ActorOwnerState.UNKNOWN));
    }
  }

  // ---- handles

  /** Returns a handle to an actor of the cluster; all handles of this process share one client. */
  <A> TrackedActorHandle<A> handle(ActorDescriptor.SerializedHandle serializedHandle) {
    var descriptor = serializedHandle.descriptor();
    var seen = serializedHandle.lastKnownAddress();
    if (!serializedHandle.currentOwner().equals(descriptor.originalOwner())
        && !isMember(ownerOf(descriptor.id()))) {
      newOwners.put(descriptor.id(), serializedHandle.currentOwner());
    }
    while (true) {
      var client = client(descriptor);
      if (seen != null) {
        client.onStatus(new ActorStatus.Alive(seen));
      }
      TrackedActorHandle<A> handle = client.handle();
      if (handle != null) {
        return handle;
      }
    }
  }

  /** Returns whether nothing is left of an actor, as far as is known here. */
  boolean isEnded(ActorId id) {
    var ours = ownedActors.find(id);
    var client = clients.get(id);
    return ours == null ? client == null || client.isEnded() : ours.isEnded();
  }

  /** Returns a handle, or null when the actor is known to be ending. */
  <A> @Nullable TrackedActorHandle<A> handleIfOpen(
      ActorDescriptor.SerializedHandle serializedHandle) {
    var descriptor = serializedHandle.descriptor();
    var ours = ownedActors.find(descriptor.id());
    boolean open = serializedHandle.currentOwner().equals(self())
        ? ours != null && ours.isOpen()
        : client(descriptor).isOpen();
    return open ? handle(serializedHandle) : null;
  }

  private ActorClient client(ActorDescriptor descriptor) {
    return clients.computeIfAbsent(
        descriptor.id(), id -> new ActorClient(descriptor, this, streams.incrementAndGet()));
  }

  private HeldRef importHandle(FrameReader in) {
    TrackedActorHandle<Object> handle = handle(ActorDescriptor.SerializedHandle.read(in));
    return handle.hold(engine.store());
  }

  void retired(ActorClient client) {
    clients.remove(client.id(), client);
    forgetOwner(client.id());
  }

  /**
   * Registers this process as a holder with the owner, which reports the actor's status from now
   * on.
   */
  void hold(ActorClient client) {
    var owner = ownerOf(client.id());
    var ours = ownedActors.find(client.id());
    if (ours != null) {
      ours.hold(self());
    } else {
      send(owner, ActorFrames.of(FrameKind.HOLD_ACTOR, client.id()).toBytes());
      if (!isMember(owner)) { // clients may have been told that before this one existed
        client.left(owner, "node " + owner);
      }
    }
  }

  void release(ActorClient client) {
    var owner = ownerOf(client.id());
    var ours = ownedActors.find(client.id());
    if (ours != null) {
      ours.release(self());
    } else {
      dependencies
          .messaging()
          .send(owner, ActorFrames.of(FrameKind.RELEASE_ACTOR, client.id()).toBytes());
    }
  }

  // ---- calls of this process

  void awaitRoom(NodeId node) {
    if (node.equals(self())) {
      return;
    }
    try {
      dependencies.messaging().awaitRoom(node, roomLimit);
    } catch (NodeLostException gone) {
      // the call waits for the actor's next address, or fails with the reason
    }
  }

  /**
   * Numbers by which a host orders calls.
   *
   * @param stream the number of the client
   * @param number the number of the call on that client to that incarnation, from one
   * @param caller the number of the caller on that client
   * @param answeredBefore the smallest sequence number that may be unanswered; see
   *     {@link CallOrigin}
   */
  record CallNumbers(long stream, long number, long caller, long answeredBefore) {}

  FrameWriter callFrame(ActorId actor, RemoteCall call, ActorAddress to, CallNumbers callNumbers) {
    var frame = ActorFrames.of(FrameKind.ACTOR_CALL, actor)
        .int32(to.incarnation())
        .int64(callNumbers.stream())
        .int64(callNumbers.number());
    ClusterObjects.writeId(frame, call.result().id());
    frame.int64(callNumbers.caller()).int32(call.attempts());
    new CallOrigin.SequenceNumbers(call.sequence(), callNumbers.answeredBefore()).write(frame);
    frame.text(call.name());
    CallCodec.lend(frame, call.call(), dependencies.sharing(), to.node());
    return frame;
  }

  /**
   * Sends a sealed frame; returns false if the node is no member any more and has not received it.
   */
  boolean send(ActorAddress to, FrameWriter sealed) {
    return dependencies.sharing().send(to.node(), sealed);
  }

  boolean send(NodeId to, byte[] frame) {
    return dependencies.messaging().send(to, frame);
  }

  void cancel(ActorAddress at, ActorId id, ObjectId result, boolean recursive) {
    var frame = ActorFrames.of(FrameKind.CANCEL_CALL, id);
    ClusterObjects.writeId(frame, result);
    send(at.node(), frame.flag(recursive).toBytes());
  }

  private void onReply(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    int incarnation = in.int32();
    long number = in.int64();
    var outcome = dependencies.sharing().read(in);
    var client = clients.get(id);
    if (client != null) {
      client.onReply(
          incarnation, number, outcome, () -> dependencies.sharing().acknowledgeRefs(from, in));
      return;
    }
    if (outcome instanceof ObjectContent content) {
      content.discard();
    }
    dependencies.sharing().acknowledgeRefs(from, in);
  }

  private void onRejected(NodeId from, FrameReader in) {
    var client = clients.get(ActorDescriptor.readId(in));
    if (client != null) {
      client.onRejected(in.int32(), in.int64());
    }
  }

  /** Passes a status from the owner to this process's client. */
  void onStatus(ActorId id, ActorStatus update) {
    var client = clients.get(id);
    if (client != null) {
      client.onStatus(update);
    }
  }

  private void onStatusFrame(NodeId from, FrameReader in) {
    var client = clients.get(ActorDescriptor.readId(in));
    if (client != null) {
      client.onStatus(ActorStatus.read(in, dependencies.sharing()));
    }
  }

  /** Returns the actor's cell, or null if the actor does not live in this process. */
  @Nullable
  ActorCell cellHere(ActorId id) {
    return hostedActors.cell(id);
  }

  @Nullable
  ActorCell cellAt(ActorAddress address, ActorId id) {
    return address.node().equals(self()) ? hostedActors.cellAt(address, id) : null;
  }

  /** Returns the entries of calls of this process that wait for their actor to be placed. */
  Stream<Optional<WaitingWork>> waiting() {
    return clients.values().stream().map(ActorClient::waiting);
  }

  /** Returns the unanswered calls of this process that have not reached a cell of this process. */
  Stream<WaitPoint> pending() {
    return clients.values().stream().flatMap(client -> {
      var calls = client.unanswered().toCompletableFuture();
      var entries = calls.isDone() ? calls.join().stream() : Stream.<ObjectEntry>empty();
      return entries.map(UnansweredCall::of);
    });
  }

  /** Returns the point that a call of another process waits for here, or null if it is not here. */
  public @Nullable WaitPoint pendingHere(NodeId from, ObjectId call) {
    return hostedActors.pendingHere(from, call);
  }

  void close(Supplier<MobulaException> why) {
    hostedActors.close();
    clients.values().forEach(client -> client.close(why));
  }
}
