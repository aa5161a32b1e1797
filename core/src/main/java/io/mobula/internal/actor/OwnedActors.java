package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.error.ActorDiedException;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.spi.ActorOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Actors that this process owns, and the frames between owners, hosts and holders about the life of
 * actors. Safe for all threads; nothing blocks.
 */
final class OwnedActors {
  private final RoleServices shared;
  private final ActorPeers peers;
  private final KnownActors known;
  private final CheckpointReplicator replicator;
  private final CheckpointCopies copies;
  private final EndRequests endRequests;
  private final HostedActors hostedActors;
  private final Duration grace;

  /**
   * Makes an instance without actors.
   *
   * @param grace how long an actor lives on when no process has a handle
   */
  OwnedActors(
      RoleServices shared,
      CheckpointReplicator replicator,
      CheckpointCopies copies,
      EndRequests endRequests,
      HostedActors hostedActors,
      Duration grace) {
    this.shared = shared;
    this.peers = shared.peers();
    this.known = shared.known();
    this.replicator = replicator;
    this.copies = copies;
    this.endRequests = endRequests;
    this.hostedActors = hostedActors;
    this.grace = grace;
  }

  /** Starts to handle frames. */
  void receive() {
    peers
        .messaging()
        .on(FrameKind.ACTOR_PLACED, (from, in) -> withOwner(in, (owner, at) -> owner.placed(at)))
        .on(
            FrameKind.PLACEMENT_LOST,
            (from, in) -> withOwner(in, (owner, at) -> owner.placementLost(at)))
        .on(
            FrameKind.ACTOR_RESTARTED,
            (from, in) -> withOwner(in, (owner, at) -> owner.restarted(at, in.int32())))
        .on(
            FrameKind.ACTOR_CHECKPOINTED,
            (from, in) ->
                withOwner(in, (owner, at) -> owner.checkpointed(at, CheckpointVersion.read(in))))
        .on(
            FrameKind.ACTOR_DIED,
            (from, in) -> withOwner(
                in, (owner, at) -> owner.died(at, ActorFrames.readFailure(in, peers.objects()))))
        .on(FrameKind.ACTOR_ENDED, (from, in) -> withOwner(in, (owner, at) -> owner.ended(at)))
        .on(FrameKind.HOLD_ACTOR, this::onHold)
        .on(FrameKind.RELEASE_ACTOR, this::onRelease);
  }

  LeaseSource leaseSource() {
    return shared.services().leaseSource();
  }

  /** Returns a successor that is not appointed yet. */
  AppointedSuccessor successorOf(ActorDescriptor descriptor, ActorCreationSpec spec) {
    return new AppointedSuccessor(descriptor, spec, peers, replicator);
  }

  /** Returns the requests to hosts to end actors. */
  EndRequests endRequests() {
    return endRequests;
  }

  boolean isMember(NodeId node) {
    return peers.isMember(node);
  }

  void joined() {
    known.owners().values().forEach(ActorOwner::joined);
  }

  void left(NodeId node, String who) {
    known.owners().values().forEach(owner -> owner.left(node, who));
  }

  void afterGrace(Runnable action) {
    shared.services().after(grace, action);
  }

  NodeId self() {
    return peers.self();
  }

  void host(IncarnationSpec actor, Lease lease) {
    hostedActors.host(actor, lease);
  }

  // ---- owned actors

  ActorOwner own(ActorDescriptor descriptor, ActorCreationSpec spec) {
    var owner = new ActorOwner(descriptor, spec, this);
    known.owners().put(descriptor.id(), owner);
    return owner;
  }

  void forget(ActorOwner owner) {
    known.owners().remove(owner.descriptor().id(), owner);
    copies.forget(owner.descriptor().id()); // one may have arrived after the actor's end
  }

  void releaseNameUnlessDurable(ActorDescriptor descriptor) {
    shared.services().names().releaseUnlessDurable(descriptor);
  }

  void releaseName(ActorDescriptor descriptor) {
    shared.services().names().release(descriptor);
  }

  /**
   * Returns the state for an incarnation that this node hosts, if the store has it; hands the state
   * over if another node hosts the incarnation.
   */
  @Nullable
  ReplicatedCheckpoint stateFor(ActorAddress at, ActorId id) {
    if (at.node().equals(peers.self())) {
      return copies.takeUp(id);
    }
    replicator.handOver(at.node(), id);
    return null;
  }

  void forgetState(ActorId id) {
    copies.forget(id);
  }

  void recordDeath(ActorDescriptor descriptor, ObjectFailure why) {
    shared.services().deaths().add(descriptor, why);
  }

  /** Deletes an actor's files, as no host is left to do it; then runs the action. */
  void deleteFiles(ActorDescriptor descriptor, ActorOptions options, Runnable then) {
    if (options.checkpointPolicy().isOn() || descriptor.durable()) {
      shared.store().threads().runInBackground(() -> {
        shared.services().deleteFiles(descriptor);
        then.run();
      });
    }
  }

  private interface OwnerAction {
    void apply(ActorOwner owner, ActorAddress at);
  }

  private void withOwner(FrameReader in, OwnerAction action) {
    var owner = known.owner(ActorDescriptor.readId(in));
    if (owner != null) {
      action.apply(owner, ActorAddress.read(in));
    }
  }

  private void onHold(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    var owner = known.owner(id);
    if (owner != null) {
      owner.hold(from);
    } else {
      sendStatus(
          from,
          id,
          new ActorStatus.Dead(
              new ObjectFailure(() -> new ActorDiedException("Actor " + id
                  + " is dead: its owner, node " + peers.self() + ", has forgotten it.")),
              true));
    }
  }

  private void onRelease(NodeId from, FrameReader in) {
    var owner = known.owner(ActorDescriptor.readId(in));
    if (owner != null) {
      owner.release(from);
    }
  }

  /** Sends the actor's status to a holder. */
  void sendStatus(NodeId holder, ActorId id, ActorStatus update) {
    if (holder.equals(peers.self())) {
      var client = known.client(id);
      if (client != null) {
        client.onStatus(update);
      }
      return;
    }
    var frame = ActorFrames.of(FrameKind.ACTOR_STATUS, id);
    update.write(frame, peers.objects());
    peers.send(holder, frame.toBytes());
  }

  void create(IncarnationSpec actor, long lease) {
    var address = actor.address();
    var frame = FrameWriter.of(FrameKind.CREATE_ACTOR).int64(lease);
    address.write(frame);
    actor.descriptor().write(frame);
    actor.history().write(frame);
    ActorFrames.writeOptions(frame, actor.spec().options());
    actor.spec().job().write(frame);
    CallCodec.write(frame, actor.spec().constructor(), peers.objects(), address.node());
    peers.send(address.node(), frame);
  }
}
