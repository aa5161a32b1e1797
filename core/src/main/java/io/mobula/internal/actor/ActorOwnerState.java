package io.mobula.internal.actor;

import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import org.jspecify.annotations.Nullable;

/**
 * How far an actor's life has come, as its owner knows it.
 *
 * @param incarnation how often it has been given a place
 * @param restarts how often it has been made anew
 * @param address where it lives or is about to, or null
 * @param confirmed whether its host has said that it has it
 * @param checkpoint the latest one that is known
 */
record ActorOwnerState(
    int incarnation,
    int restarts,
    @Nullable ActorAddress address,
    boolean confirmed,
    CheckpointVersion checkpoint) {
  /** What whoever was not told of any can say. */
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
