package io.mobula.internal.actor;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import org.jspecify.annotations.Nullable;

/**
 * How far an actor's life has come, as its owner knows it.
 *
 * @param incarnation how often it has been given a place
 * @param restarts how often it has been made anew
 * @param place where it lives or is about to, or null
 * @param confirmed whether its host has said that it has it
 */
record Progress(int incarnation, int restarts, @Nullable Place place, boolean confirmed) {

  void write(FrameWriter out) {
    out.int32(incarnation).int32(restarts).flag(confirmed).flag(place != null);
    if (place != null) {
      place.write(out);
    }
  }

  static Progress read(FrameReader in) {
    int incarnation = in.int32();
    int restarts = in.int32();
    boolean confirmed = in.flag();
    return new Progress(incarnation, restarts, in.flag() ? Place.read(in) : null, confirmed);
  }
}
