package io.mobula.internal.actor;

import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import org.jspecify.annotations.Nullable;

/**
 * Specification of one incarnation of an actor, for the host that creates it.
 *
 * @param descriptor the description that all processes have
 * @param address the host and the incarnation
 * @param spec how to create the actor
 * @param history the actor's life before
 */
record IncarnationSpec(
    ActorDescriptor descriptor, ActorAddress address, ActorCreationSpec spec, History history) {

  /**
   * History of an actor before this incarnation.
   *
   * @param incarnation the number of this incarnation
   * @param restarts how often the actor has been restarted or recreated
   * @param checkpoint the latest checkpoint that its owner knows
   * @param state the latest checkpoint, if it is in the store and not in files
   */
  record History(
      int incarnation,
      int restarts,
      CheckpointVersion checkpoint,
      @Nullable ReplicatedCheckpoint state) {
    /** History of a new actor. */
    static final History NONE = new History(1, 0, CheckpointVersion.NONE, null);

    void write(FrameWriter out) {
      checkpoint.write(out.int32(restarts));
    }

    /** Reads the history without the state, which comes in a frame of its own. */
    static History read(FrameReader in, ActorAddress address) {
      return new History(address.incarnation(), in.int32(), CheckpointVersion.read(in), null);
    }

    History with(@Nullable ReplicatedCheckpoint other) {
      return new History(incarnation, restarts, checkpoint, other);
    }
  }
}
