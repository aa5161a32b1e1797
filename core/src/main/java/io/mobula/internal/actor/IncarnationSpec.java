package io.mobula.internal.actor;

import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import org.jspecify.annotations.Nullable;

/**
 * An actor to be hosted.
 *
 * @param descriptor what all know of it
 * @param address where, and which incarnation it is
 * @param spec how it is made
 * @param history what has become of it before
 */
record IncarnationSpec(
    ActorDescriptor descriptor, ActorAddress address, ActorCreationSpec spec, History history) {

  /**
   * How far its life had come before this incarnation.
   *
   * @param incarnation this one
   * @param restarts how often it has been made anew
   * @param checkpoint the latest one that its owner has heard of
   * @param state the latest one, where it is in the store and not in files
   */
  record History(
      int incarnation,
      int restarts,
      CheckpointVersion checkpoint,
      @Nullable ReplicatedCheckpoint state) {
    /** There was none. */
    static final History NONE = new History(1, 0, CheckpointVersion.NONE, null);

    void write(FrameWriter out) {
      checkpoint.write(out.int32(restarts));
    }

    static History read(
        FrameReader in, ActorAddress address, @Nullable ReplicatedCheckpoint state) {
      return new History(address.incarnation(), in.int32(), CheckpointVersion.read(in), state);
    }
  }
}
