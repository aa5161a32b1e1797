package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.store.ObjectFailure;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Life of the actors that this process of a cluster hosts: creates those that other nodes place
 * here, and ends those whose owner or placement group is gone. Safe for all threads; nothing
 * blocks.
 */
final class HostedActors {
  private final RoleServices shared;
  private final KnownActors known;
  private final OwnerReports reports;
  private final CheckpointReplicator replicator;
  private final HandedOverCheckpoints handedOver;
  private final UnclaimedLeases leases;

  /**
   * Makes an instance without actors.
   *
   * @param handedOver has the checkpoints of actors that are to follow
   * @param leases has the leases of actors that are to follow
   */
  HostedActors(
      RoleServices shared,
      CheckpointReplicator replicator,
      HandedOverCheckpoints handedOver,
      UnclaimedLeases leases) {
    this.shared = shared;
    this.known = shared.known();
    this.reports = new OwnerReports(shared);
    this.replicator = replicator;
    this.handedOver = handedOver;
    this.leases = leases;
  }

  /** Starts to handle frames. */
  void receive() {
    shared.peers().messaging().on(FrameKind.CREATE_ACTOR, this::onCreate);
  }

  private void onCreate(NodeId from, FrameReader in) {
    long number = in.int64();
    var address = ActorAddress.read(in);
    var descriptor = ActorDescriptor.read(in);
    var history = IncarnationSpec.History.read(in, address);
    var lease = leases.take(from, number);
    if (lease == null) {
      handedOver.drop(descriptor.id());
      reports.placementLost(descriptor.id(), address);
      return;
    }
    try {
      var options = ActorFrames.readOptions(in);
      var job = Job.read(in);
      var constructor = CallCodec.read(in, shared.store(), shared.peers().objects(), from);
      var spec = new ActorCreationSpec(constructor, options, job);
      var present = history.with(handedOver.take(descriptor.id()));
      host(new IncarnationSpec(descriptor, address, spec, present), lease);
      reports.placed(descriptor.id(), address);
    } catch (Throwable e) { // unreadable input fails this actor, and no other
      lease.release();
      handedOver.drop(descriptor.id());
      var notifier = notifier(descriptor.id(), history, address);
      notifier.died(new ObjectFailure(() -> descriptor.diedException(
          "its constructor cannot be read on node " + address.node() + ": "
              + CapturedThrowable.textOf(e),
          e)));
      notifier.ended();
    }
  }

  private OwnerNotifier notifier(
      ActorId id, IncarnationSpec.History history, ActorAddress address) {
    return new OwnerNotifier(shared, reports, replicator, id, history, address);
  }

  /** Creates an actor on this node. */
  void host(IncarnationSpec actor, Lease lease) {
    var descriptor = actor.descriptor();
    var id = descriptor.id();
    boolean ours = known.owner(id) != null;
    var notifier = notifier(id, actor.history(), actor.address());
    var cell =
        new ActorCell(descriptor, actor.spec(), shared.localActors(), notifier, actor.history());
    known
        .hosted()
        .put(id, new HostedActor(cell, actor.address(), notifier, new ConcurrentHashMap<>()));
    shared.localActors().start(cell, actor.history().restarts());
    endWithGroup(cell);
    cell.lease().granted(lease);
    if (!ours && descriptor.detached()) {
      notifier.registerName(cell, null);
    }
    if (!ours && !descriptor.detached() && !shared.peers().isMember(known.ownerOf(id))) {
      ownerGone(cell, "it left");
    }
  }

  /** Ends the actor if its placement group ended before the actor could hear of it. */
  private void endWithGroup(ActorCell cell) {
    var over = shared.services().leaseSource().refusalFor(cell.options().placement());
    if (over != null) {
      cell.kill(
          () -> cell.diedException("its placement group is no more", over.apply(cell.describe())));
    }
  }

  /** Reports an actor's state to its new owner. */
  void onOwnerChange(ActorId id, ActorOwnerState ownerState) {
    var present = known.hosted().get(id);
    var address = ownerState.address();
    if (present != null) {
      present.notifier().notifyNewOwner(present.cell());
    } else if (address != null && address.node().equals(shared.peers().self())) {
      reports.placementLost(id, address);
    }
  }

  /** Ends the actors whose owner has left. */
  void left(NodeId node, String who) {
    for (var present : known.hosted().values()) {
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
}
