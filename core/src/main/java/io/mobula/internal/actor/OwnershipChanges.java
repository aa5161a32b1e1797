package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.actor.SuccessorRecords.SuccessorRecord;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Changes of the owners of actors: announces those that this process takes over, and follows the
 * announcements of others. Safe for all threads; nothing blocks.
 */
final class OwnershipChanges {
  private final RoleServices shared;
  private final ActorPeers peers;
  private final KnownActors known;
  private final OwnedActors ownedActors;
  private final HostedActors hostedActors;
  private final Map<NodeId, Queue<Runnable>> earlyChanges = new ConcurrentHashMap<>();

  OwnershipChanges(RoleServices shared, OwnedActors ownedActors, HostedActors hostedActors) {
    this.shared = shared;
    this.peers = shared.peers();
    this.known = shared.known();
    this.ownedActors = ownedActors;
    this.hostedActors = hostedActors;
  }

  /** Starts to handle frames. */
  void receive() {
    peers
        .messaging()
        .on(FrameKind.OWNER_CHANGED, this::onOwnerChanged)
        .on(FrameKind.OWNER_QUERY, (from, in) -> onOwnerQuery(from, ActorDescriptor.readId(in)));
  }

  /** Takes over an actor, as its owner is gone and this node is its successor. */
  void takeOver(SuccessorRecord inherited) {
    var descriptor = inherited.descriptor();
    var ownerState = inherited.ownerState();
    var id = descriptor.id();
    known.setOwner(id, peers.self());
    var owner = ownedActors.own(descriptor, inherited.spec());
    shared
        .services()
        .names()
        .register(
            new ActorDescriptor.SerializedHandle(
                descriptor, ownerState.address(), known.ownerOf(id)),
            null);
    peers.sendToAll(ownerChangedFrame(id, inherited.owner(), ownerState));
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
    earlyChanges
        .computeIfAbsent(former, node -> new ConcurrentLinkedQueue<>())
        .add(() -> apply(id, from, ownerState));
    if (!peers.isMember(former)) {
      left(former);
    }
  }

  /** Applies the announcements that came before this process heard that the owner has left. */
  void left(NodeId former) {
    var waiting = earlyChanges.remove(former);
    if (waiting != null) {
      waiting.forEach(Runnable::run);
    }
  }

  private void apply(ActorId id, NodeId by, ActorOwnerState ownerState) {
    boolean hosted = known.cell(id) != null;
    if (hosted || known.client(id) != null) {
      known.setOwner(id, by);
    }
    var address = ownerState.address();
    if (hosted || (address != null && address.node().equals(peers.self()))) {
      known.setOwner(id, by);
      hostedActors.onOwnerChange(id, ownerState);
    }
    notifyClient(id);
    known.forgetOwner(id);
  }

  private void notifyClient(ActorId id) {
    var client = known.client(id);
    if (client != null) {
      client.onOwnerChange();
    }
  }

  /** Asks all nodes who owns an actor whose owner is gone. */
  void askWhoOwns(ActorId id) {
    if (known.owner(id) != null) {
      known.setOwner(id, peers.self());
      notifyClient(id);
    } else {
      peers.sendToAll(ActorFrames.of(FrameKind.OWNER_QUERY, id).toBytes());
    }
  }

  private void onOwnerQuery(NodeId from, ActorId id) {
    if (known.owner(id) != null) {
      peers.send(from, ownerChangedFrame(id, new NodeId(id.node()), ActorOwnerState.UNKNOWN));
    }
  }
}
