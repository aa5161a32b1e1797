package io.mobula.internal.actor;

import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.Sharing;
import io.mobula.internal.store.Failure;

/** What an actor's owner says of where it is. */
sealed interface Whereabouts {

  /** It lives there. */
  record At(Place place) implements Whereabouts {}

  /**
   * It has no place at the moment.
   *
   * @param lost the last incarnation that is no more, zero if there was none
   */
  record Nowhere(int lost) implements Whereabouts {}

  /**
   * It is dead for good.
   *
   * @param ended whether its last method has returned, too
   */
  record Dead(Failure why, boolean ended) implements Whereabouts {}

  int AT = 1;
  int NOWHERE = 2;
  int DEAD = 3;

  default void write(FrameWriter out, Sharing sharing) {
    switch (this) {
      case At(var place) -> place.write(out.octet(AT));
      case Nowhere(var lost) -> out.octet(NOWHERE).int32(lost);
      case Dead(var why, var ended) ->
        sharing.write(out.octet(DEAD).flag(ended), why, new ObjectId(0, 0, 0));
    }
  }

  static Whereabouts read(FrameReader in, Sharing sharing) {
    int kind = in.octet();
    return switch (kind) {
      case AT -> new At(Place.read(in));
      case NOWHERE -> new Nowhere(in.int32());
      case DEAD -> {
        boolean ended = in.flag();
        yield new Dead(ActorFrames.readFailure(in, sharing), ended);
      }
      default -> throw ActorFrames.unknown("whereabouts", kind);
    };
  }
}
