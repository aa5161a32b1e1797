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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Actors that this process owns, and the frames between owners, hosts and holders about the life of
 * actors. Safe for all threads; nothing blocks.
 */
final class OwnedActors {
  private final ActorCluster cluster;
  private final ActorCluster.Dependencies dependencies;
  private final Map<ActorId, ActorOwner> owners = new ConcurrentHashMap<>();

  OwnedActors(ActorCluster cluster, ActorCluster.Dependencies dependencies) {
    this.cluster = cluster;
    this.dependencies = dependencies;
    dependencies
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
                in,
                (owner, at) -> owner.died(at, ActorFrames.readFailure(in, dependencies.sharing()))))
        .on(FrameKind.ACTOR_ENDED, (from, in) -> withOwner(in, (owner, at) -> owner.ended(at)))
        .on(
            FrameKind.KILL_ACTOR,
            (from, in) ->
                endOwnedOrHosted(FrameKind.KILL_ACTOR, ActorDescriptor.readId(in), in.text()))
        .on(
            FrameKind.DRAIN_ACTOR,
            (from, in) ->
                endOwnedOrHosted(FrameKind.DRAIN_ACTOR, ActorDescriptor.readId(in), in.text()))
        .on(FrameKind.HOLD_ACTOR, this::onHold)
        .on(FrameKind.RELEASE_ACTOR, this::onRelease);
  }

  private NodeId self() {
    return cluster.self();
  }

  LeaseSource leaseSource() {
    return cluster.leaseSource();
  }

  OwnershipSuccession succession() {
    return cluster.succession();
  }

  boolean isMember(NodeId node) {
    return cluster.isMember(node);
  }

  void joined() {
    owners.values().forEach(ActorOwner::joined);
  }

  boolean isEmpty() {
    return owners.isEmpty();
  }

  @Nullable
  ActorOwner find(ActorId id) {
    return owners.get(id);
  }

  void left(NodeId node, String who) {
    owners.values().forEach(owner -> owner.left(node, who));
  }

  void afterGrace(Runnable action) {
    cluster.afterGrace(action);
  }

  /** Returns the address of an actor that this node's ledger has granted a lease. */
  ActorAddress localAddress(int incarnation) {
    return new ActorAddress(self(), incarnation);
  }

  void host(IncarnationSpec actor, Lease lease) {
    cluster.hostedActors().host(actor, lease);
  }

  // ---- owned actors

  ActorOwner own(ActorDescriptor descriptor, ActorCreationSpec spec) {
    var owner = new ActorOwner(descriptor, spec, this);
    owners.put(descriptor.id(), owner);
    return owner;
  }

  void forget(ActorOwner owner) {
    owners.remove(owner.descriptor().id(), owner);
    cluster
        .replicator()
        .forget(owner.descriptor().id()); // a copy may have arrived after the actor's end
  }

  void releaseNameUnlessDurable(ActorDescriptor descriptor) {
    cluster.engine().releaseNameUnlessDurable(descriptor);
  }

  void releaseName(ActorDescriptor descriptor) {
    cluster.engine().releaseName(descriptor);
  }

  /**
   * Returns the state for an incarnation that this node hosts, if the store has it; hands the state
   * over if another node hosts the incarnation.
   */
  @Nullable
  ReplicatedCheckpoint stateFor(ActorAddress at, ActorId id) {
    if (at.node().equals(self())) {
      return cluster.replicator().takeUp(id);
    }
    cluster.replicator().handOver(at.node(), id);
    return null;
  }

  void forgetState(ActorId id) {
    cluster.replicator().forget(id);
  }

  void recordDeath(ActorDescriptor descriptor, ObjectFailure why) {
    cluster.engine().durableDeaths().add(descriptor, why);
  }

  /** Deletes an actor's files, as no host is left to do it; then runs the action. */
  void deleteFiles(ActorDescriptor descriptor, ActorOptions options, Runnable then) {
    if (options.checkpointPolicy().isOn() || descriptor.durable()) {
      var engine = cluster.engine();
      engine.store().threads().runInBackground(() -> {
        engine.deleteFiles(descriptor);
        then.run();
      });
    }
  }

  private interface OwnerAction {
    void apply(ActorOwner owner, ActorAddress at);
  }

  private void withOwner(FrameReader in, OwnerAction action) {
    var owner = owners.get(ActorDescriptor.readId(in));
    if (owner != null) {
      action.apply(owner, ActorAddress.read(in));
    }
  }

  private void onHold(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    var owner = owners.get(id);
    if (owner != null) {
      owner.hold(from);
    } else {
      sendStatus(
          from,
          id,
          new ActorStatus.Dead(
              new ObjectFailure(() -> new ActorDiedException(
                  "Actor " + id + " is dead: its owner, node " + self() + ", has forgotten it.")),
              true));
    }
  }

  private void onRelease(NodeId from, FrameReader in) {
    var owner = owners.get(ActorDescriptor.readId(in));
    if (owner != null) {
      owner.release(from);
    }
  }

  /** Sends the actor's status to a holder. */
  void sendStatus(NodeId holder, ActorId id, ActorStatus update) {
    if (holder.equals(self())) {
      cluster.onStatus(id, update);
      return;
    }
    var frame = ActorFrames.of(FrameKind.ACTOR_STATUS, id);
    update.write(frame, dependencies.sharing());
    cluster.send(holder, frame.toBytes());
  }

  void create(IncarnationSpec actor, long lease) {
    var address = actor.address();
    var frame = FrameWriter.of(FrameKind.CREATE_ACTOR).int64(lease);
    address.write(frame);
    actor.descriptor().write(frame);
    actor.history().write(frame);
    ActorFrames.writeOptions(frame, actor.spec().options());
    actor.spec().job().write(frame);
    CallCodec.write(frame, actor.spec().constructor(), dependencies.sharing(), address.node());
    cluster.send(address, frame);
  }

  // ---- kill and drain

  void kill(ActorDescriptor descriptor, @Nullable ActorAddress address, String how) {
    cluster.engine().releaseNameUnlessDurable(descriptor);
    end(FrameKind.KILL_ACTOR, descriptor, address, how);
  }

  void drain(ActorDescriptor descriptor, @Nullable ActorAddress address, String how) {
    end(FrameKind.DRAIN_ACTOR, descriptor, address, how);
  }

  /** Asks the owner to end the actor; if the owner is gone, asks the host and the successor. */
  private void end(
      FrameKind kind, ActorDescriptor descriptor, @Nullable ActorAddress address, String how) {
    if (owners.containsKey(descriptor.id())) {
      endOwnedOrHosted(kind, descriptor.id(), how);
      return;
    }
    var owner = cluster.ownerOf(descriptor.id());
    if (cluster.isMember(owner)) {
      cluster.send(owner, ActorFrames.of(kind, descriptor.id()).text(how).toBytes());
    } else if (descriptor.ownerFailover()) { // the node that is about to own it, or that hosts it
      endOwnedOrHosted(kind, descriptor.id(), how);
      cluster.sendToAll(ActorFrames.of(kind, descriptor.id()).text(how).toBytes());
    } else if (address != null) {
      endAt(kind, address, descriptor, how);
    }
  }

  private void endAt(FrameKind kind, ActorAddress at, ActorDescriptor descriptor, String how) {
    if (at.node().equals(self())) {
      endHere(kind, descriptor.id(), how);
    } else {
      cluster.send(at.node(), ActorFrames.of(kind, descriptor.id()).text(how).toBytes());
    }
  }

  private void endHere(FrameKind kind, ActorId id, String how) {
    var cell = cluster.hostedActors().cell(id);
    if (cell == null) {
      return; // the actor is dead
    }
    cell.markEndedByUser();
    if (kind == FrameKind.KILL_ACTOR) {
      cell.kill(() -> cell.diedException(how, null));
    } else {
      cell.drain(() -> cell.diedException(how, null));
    }
  }

  private void endOwnedOrHosted(FrameKind kind, ActorId id, String how) {
    var owner = owners.get(id);
    if (owner == null) {
      succession().forget(id);
      endHere(kind, id, how);
    } else if (kind == FrameKind.KILL_ACTOR) {
      owner.kill(how);
    } else {
      owner.drain(how);
    }
  }

  void killAt(ActorAddress at, ActorDescriptor descriptor, String how) {
    endAt(FrameKind.KILL_ACTOR, at, descriptor, how);
  }

  void drainAt(ActorAddress at, ActorDescriptor descriptor, String how) {
    endAt(FrameKind.DRAIN_ACTOR, at, descriptor, how);
  }
}
