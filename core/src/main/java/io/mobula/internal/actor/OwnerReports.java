package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.ObjectId;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ObjectFailure;

/**
 * Reports of this process, as the host of actors, to the owners of those actors: direct calls
 * within the process, else frames. Safe for all threads; nothing blocks.
 */
final class OwnerReports {
  private final RoleServices shared;
  private final KnownActors known;

  OwnerReports(RoleServices shared) {
    this.shared = shared;
    this.known = shared.known();
  }

  /** Reports that this process has the actor. */
  void placed(ActorId id, ActorAddress address) {
    var ours = known.owner(id);
    if (ours != null) {
      ours.placed(address);
    } else {
      send(id, frame(FrameKind.ACTOR_PLACED, id, address));
    }
  }

  /** Reports that this process does not have the actor. */
  void placementLost(ActorId id, ActorAddress address) {
    var ours = known.owner(id);
    if (ours != null) {
      ours.placementLost(address);
    } else {
      send(id, frame(FrameKind.PLACEMENT_LOST, id, address));
    }
  }

  /** Reports how often the actor has been restarted. */
  void restarted(ActorId id, ActorAddress address, int times) {
    var ours = known.owner(id);
    if (ours != null) {
      ours.restarted(address, times);
    } else {
      send(id, frame(FrameKind.ACTOR_RESTARTED, id, address).int32(times));
    }
  }

  /** Reports that the actor's state is saved. */
  void checkpointed(ActorId id, ActorAddress address, CheckpointVersion version) {
    var ours = known.owner(id);
    if (ours != null) {
      ours.checkpointed(address, version);
      return;
    }
    var frame = frame(FrameKind.ACTOR_CHECKPOINTED, id, address);
    version.write(frame);
    send(id, frame);
  }

  /** Reports that the actor is dead; not to other processes if this process is ending. */
  void died(ActorId id, ActorAddress address, ObjectFailure why) {
    var ours = known.owner(id);
    if (ours != null) {
      ours.died(address, why);
    } else if (!isEnding()) {
      var frame = frame(FrameKind.ACTOR_DIED, id, address);
      shared.peers().objects().write(frame, why, new ObjectId(0, 0, 0));
      send(id, frame);
    }
  }

  /** Reports that nothing of the actor is left; not to others if this process is ending. */
  void ended(ActorId id, ActorAddress address) {
    var ours = known.owner(id);
    if (ours != null) {
      ours.ended(address);
    } else if (!isEnding()) {
      send(id, frame(FrameKind.ACTOR_ENDED, id, address));
    }
  }

  /**
   * Returns whether this process ends. Other nodes learn of it from the membership and treat it as
   * the loss of a host, after which actors are recreated and calls repeated, and not as the end of
   * the actors.
   */
  private boolean isEnding() {
    return shared.localActors().isClosed();
  }

  private static FrameWriter frame(FrameKind kind, ActorId id, ActorAddress address) {
    var frame = ActorFrames.of(kind, id);
    address.write(frame);
    return frame;
  }

  private void send(ActorId id, FrameWriter frame) {
    shared.peers().send(known.ownerOf(id), frame.toBytes());
  }
}
