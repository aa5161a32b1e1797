package io.mobula.internal.actor;

import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import org.jspecify.annotations.Nullable;

/**
 * State of an actor's owner, which is replicated to the successor.
 *
 * @param incarnation how often the actor has been placed
 * @param restarts how often the actor has been restarted or recreated
 * @param address the present or next address of the actor, or null
 * @param confirmed whether the host has confirmed that it has the actor
 * @param checkpoint the latest checkpoint that the owner knows
 */
record ActorOwnerState(
    int incarnation,
    int restarts,
    @Nullable ActorAddress address,
    boolean confirmed,
    CheckpointVersion checkpoint) {
  /** State in an answer to a node that asks for the owner; it tells nothing else. */
  static final ActorOwnerState UNKNOWN =
      new ActorOwnerState(0, 0, null, false, CheckpointVersion.NONE);

  void write(FrameWriter out) {
    checkpoint.write(out.int32(incarnation).int32(restarts).flag(confirmed));
    out.flag(address != null);
    if (address != null) {
      address.write(out);
    }
  }

  static ActorOwnerState read(FrameReader in) {
    int incarnation = in.int32();
    int restarts = in.int32();
    boolean confirmed = in.flag();
    var checkpoint = CheckpointVersion.read(in);
    return new ActorOwnerState(
        incarnation, restarts, in.flag() ? ActorAddress.read(in) : null, confirmed, checkpoint);
  }
}
