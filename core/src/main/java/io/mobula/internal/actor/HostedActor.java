package io.mobula.internal.actor;

import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import org.jspecify.annotations.Nullable;

/**
 * An actor to be hosted.
 *
 * @param passport what all know of it
 * @param place where, and which incarnation it is
 * @param recipe how it is made
 * @param past what has become of it before
 */
record HostedActor(Passport passport, Place place, Recipe recipe, Past past) {

  /**
   * How far its life had come before this incarnation.
   *
   * @param incarnation this one
   * @param restarts how often it has been made anew
   * @param checkpoint the latest one that its owner has heard of
   * @param state the latest one, where it is in the store and not in files
   */
  record Past(
      int incarnation,
      int restarts,
      CheckpointVersion checkpoint,
      @Nullable StoredState state) {
    /** There was none. */
    static final Past NONE = new Past(1, 0, CheckpointVersion.NONE, null);

    void write(FrameWriter out) {
      checkpoint.write(out.int32(restarts));
    }

    static Past read(FrameReader in, Place place, @Nullable StoredState state) {
      return new Past(place.incarnation(), in.int32(), CheckpointVersion.read(in), state);
    }
  }
}
