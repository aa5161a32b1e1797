package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.wait.WaitPoint;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Clients of this process, one for each actor of the cluster that it has handles to: makes them for
 * handles, passes on the frames for them, and counts this process as a holder with the owners. Safe
 * for all threads; nothing blocks.
 */
final class ActorClients {
  private final RoleServices shared;
  private final ActorPeers peers;
  private final KnownActors known;
  private final EndRequests endRequests;
  private final OwnershipChanges changes;
  private final AtomicLong streams = new AtomicLong();

  ActorClients(RoleServices shared, EndRequests endRequests, OwnershipChanges changes) {
    this.shared = shared;
    this.peers = shared.peers();
    this.known = shared.known();
    this.endRequests = endRequests;
    this.changes = changes;
  }

  /** Starts to handle frames, and handles inside values. */
  void receive() {
    peers.objects().setHandleReader(this::importHandle);
    peers
        .messaging()
        .on(FrameKind.CALL_REPLY, this::onReply)
        .on(FrameKind.CALL_REJECTED, this::onRejected)
        .on(FrameKind.ACTOR_STATUS, this::onStatus);
  }

  /** Returns the parts of this process that its roles share. */
  RoleServices shared() {
    return shared;
  }

  /** Returns the requests to end actors. */
  EndRequests endRequests() {
    return endRequests;
  }

  /** Returns the changes of owners, which find the owner of an actor that has lost its own. */
  OwnershipChanges ownershipChanges() {
    return changes;
  }

  // ---- handles

  /** Returns a handle to an actor of the cluster; all handles of this process share one client. */
  <A> TrackedActorHandle<A> handle(ActorDescriptor.SerializedHandle serializedHandle) {
    var descriptor = serializedHandle.descriptor();
    var seen = serializedHandle.lastKnownAddress();
    if (!serializedHandle.currentOwner().equals(descriptor.originalOwner())
        && !peers.isMember(known.ownerOf(descriptor.id()))) {
      known.setOwner(descriptor.id(), serializedHandle.currentOwner());
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

  /** Returns a handle, or null when the actor is known to be ending. */
  <A> @Nullable TrackedActorHandle<A> handleIfOpen(
      ActorDescriptor.SerializedHandle serializedHandle) {
    var descriptor = serializedHandle.descriptor();
    var ours = known.owner(descriptor.id());
    boolean open = serializedHandle.currentOwner().equals(peers.self())
        ? ours != null && ours.isOpen()
        : client(descriptor).isOpen();
    return open ? handle(serializedHandle) : null;
  }

  private ActorClient client(ActorDescriptor descriptor) {
    return known
        .clients()
        .computeIfAbsent(
            descriptor.id(), id -> new ActorClient(descriptor, this, streams.incrementAndGet()));
  }

  private HeldRef importHandle(FrameReader in) {
    TrackedActorHandle<Object> handle = handle(ActorDescriptor.SerializedHandle.read(in));
    return handle.hold(shared.store());
  }

  /** Returns whether nothing is left of an actor, as far as is known here. */
  boolean isEnded(ActorId id) {
    var ours = known.owner(id);
    var client = known.client(id);
    return ours == null ? client != null && client.isEnded() : ours.isEnded();
  }

  /** Removes a client that has no handle and no call any more. */
  void retire(ActorClient client) {
    known.clients().remove(client.id(), client);
    known.forgetOwner(client.id());
  }

  // ---- holders

  /**
   * Registers this process as a holder with the owner, which reports the actor's status from now
   * on.
   */
  void hold(ActorClient client) {
    var owner = known.ownerOf(client.id());
    var ours = known.owner(client.id());
    if (ours != null) {
      ours.hold(peers.self());
    } else {
      peers.send(owner, ActorFrames.of(FrameKind.HOLD_ACTOR, client.id()).toBytes());
      if (!peers.isMember(owner)) { // clients may have been told that before this one existed
        client.left(owner, "node " + owner);
      }
    }
  }

  /** Tells the owner that this process holds the actor no more. */
  void release(ActorClient client) {
    var owner = known.ownerOf(client.id());
    var ours = known.owner(client.id());
    if (ours != null) {
      ours.release(peers.self());
    } else {
      peers.send(owner, ActorFrames.of(FrameKind.RELEASE_ACTOR, client.id()).toBytes());
    }
  }

  // ---- frames

  private void onReply(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    int incarnation = in.int32();
    long number = in.int64();
    var outcome = peers.objects().read(in);
    var client = known.client(id);
    if (client != null) {
      client.onReply(incarnation, number, outcome, () -> peers.objects().acknowledgeRefs(from, in));
      return;
    }
    if (outcome instanceof ObjectContent content) {
      content.discard();
    }
    peers.objects().acknowledgeRefs(from, in);
  }

  private void onRejected(NodeId from, FrameReader in) {
    var client = known.client(ActorDescriptor.readId(in));
    if (client != null) {
      client.onRejected(in.int32(), in.int64());
    }
  }

  private void onStatus(NodeId from, FrameReader in) {
    var client = known.client(ActorDescriptor.readId(in));
    if (client != null) {
      client.onStatus(ActorStatus.read(in, peers.objects()));
    }
  }

  // ---- members

  void joined(NodeId node) {
    known.clients().values().forEach(client -> client.joined(node));
  }

  void left(NodeId node, String who) {
    known.clients().values().forEach(client -> client.left(node, who));
  }

  void close(Supplier<MobulaException> why) {
    known.clients().values().forEach(client -> client.close(why));
  }

  // ---- diagnosis

  /** Returns the entries of calls of this process that wait for their actor to be placed. */
  Stream<Optional<WaitingWork>> waiting() {
    return known.clients().values().stream().map(ActorClient::waiting);
  }

  /** Returns the unanswered calls of this process that have not reached a cell of this process. */
  Stream<WaitPoint> pending() {
    return known.clients().values().stream().flatMap(client -> {
      var calls = client.unanswered().toCompletableFuture();
      var entries = calls.isDone() ? calls.join().stream() : Stream.<ObjectEntry>empty();
      return entries.map(UnansweredCall::of);
    });
  }
}
