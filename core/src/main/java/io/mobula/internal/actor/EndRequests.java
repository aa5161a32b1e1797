package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import org.jspecify.annotations.Nullable;

/**
 * Requests to kill or drain actors. They go to the owner of the actor; if the owner is gone, to the
 * host and the successor; and from the owner to the host. Safe for all threads; nothing blocks.
 */
final class EndRequests {
  private final ActorPeers peers;
  private final KnownActors known;
  private final SuccessorRecords records;
  private final ActorNameClient names;

  EndRequests(RoleServices shared, SuccessorRecords records) {
    this.peers = shared.peers();
    this.known = shared.known();
    this.records = records;
    this.names = shared.services().names();
  }

  /** Starts to handle frames. */
  void receive() {
    peers
        .messaging()
        .on(FrameKind.KILL_ACTOR, (from, in) -> onRequest(FrameKind.KILL_ACTOR, in))
        .on(FrameKind.DRAIN_ACTOR, (from, in) -> onRequest(FrameKind.DRAIN_ACTOR, in));
  }

  private void onRequest(FrameKind kind, FrameReader in) {
    endOwnedOrHosted(kind, ActorDescriptor.readId(in), in.text());
  }

  /**
   * Has the actor ended at once, as a user wants it.
   *
   * @param address the last known address, or null
   */
  void kill(ActorDescriptor descriptor, @Nullable ActorAddress address, String how) {
    names.releaseUnlessDurable(descriptor);
    end(FrameKind.KILL_ACTOR, descriptor, address, how);
  }

  /**
   * Has the actor ended after its calls, as a user wants it.
   *
   * @param address the last known address, or null
   */
  void drain(ActorDescriptor descriptor, @Nullable ActorAddress address, String how) {
    end(FrameKind.DRAIN_ACTOR, descriptor, address, how);
  }

  /** Asks the owner to end the actor; if the owner is gone, asks the host and the successor. */
  private void end(
      FrameKind kind, ActorDescriptor descriptor, @Nullable ActorAddress address, String how) {
    var id = descriptor.id();
    if (known.owner(id) != null) {
      endOwnedOrHosted(kind, id, how);
      return;
    }
    var owner = known.ownerOf(id);
    if (peers.isMember(owner)) {
      peers.send(owner, frame(kind, id, how));
    } else if (descriptor.ownerFailover()) { // the node that is about to own it, or that hosts it
      endOwnedOrHosted(kind, id, how);
      peers.sendToAll(frame(kind, id, how));
    } else if (address != null) {
      endAt(kind, address, id, how);
    }
  }

  private void endOwnedOrHosted(FrameKind kind, ActorId id, String how) {
    var owner = known.owner(id);
    if (owner == null) {
      records.forget(id);
      endHere(kind, id, how);
    } else if (kind == FrameKind.KILL_ACTOR) {
      owner.kill(how);
    } else {
      owner.drain(how);
    }
  }

  /** Has the host end the actor at once, as its owner wants it. */
  void killAt(ActorAddress at, ActorId id, String how) {
    endAt(FrameKind.KILL_ACTOR, at, id, how);
  }

  /** Has the host end the actor after its calls, as its owner wants it. */
  void drainAt(ActorAddress at, ActorId id, String how) {
    endAt(FrameKind.DRAIN_ACTOR, at, id, how);
  }

  private void endAt(FrameKind kind, ActorAddress at, ActorId id, String how) {
    if (at.node().equals(peers.self())) {
      endHere(kind, id, how);
    } else {
      peers.send(at.node(), frame(kind, id, how));
    }
  }

  private void endHere(FrameKind kind, ActorId id, String how) {
    var cell = known.cell(id);
    if (cell == null) {
      return; // the actor is dead
    }
    cell.lifecycle().markEndedByUser();
    var why = cell.descriptor().diedFailure(how, null);
    if (kind == FrameKind.KILL_ACTOR) {
      cell.kill(why);
    } else {
      cell.drain(why);
    }
  }

  private static byte[] frame(FrameKind kind, ActorId id, String how) {
    return ActorFrames.of(kind, id).text(how).toBytes();
  }
}
