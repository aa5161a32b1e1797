package io.mobula.internal.actor;

import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectFailure;

/** Status of an actor that its owner reports to holders. */
sealed interface ActorStatus {

  /** Status of an actor that lives at an address. */
  record Alive(ActorAddress address) implements ActorStatus {}

  /**
   * Status of an actor that is not placed at the moment.
   *
   * @param lastLostIncarnation the last incarnation that is lost, zero if none is
   */
  record Pending(int lastLostIncarnation) implements ActorStatus {}

  /**
   * Status of an actor that is dead for good.
   *
   * @param ended whether its last method has returned, too
   */
  record Dead(ObjectFailure why, boolean ended) implements ActorStatus {}

  int ALIVE = 1;
  int PENDING = 2;
  int DEAD = 3;

  default void write(FrameWriter out, ClusterObjects clusterObjects) {
    switch (this) {
      case Alive(var address) -> address.write(out.octet(ALIVE));
      case Pending(var lost) -> out.octet(PENDING).int32(lost);
      case Dead(var why, var ended) ->
        clusterObjects.write(out.octet(DEAD).flag(ended), why, new ObjectId(0, 0, 0));
    }
  }

  static ActorStatus read(FrameReader in, ClusterObjects clusterObjects) {
    int kind = in.octet();
    return switch (kind) {
      case ALIVE -> new Alive(ActorAddress.read(in));
      case PENDING -> new Pending(in.int32());
      case DEAD -> {
        boolean ended = in.flag();
        yield new Dead(ActorFrames.readFailure(in, clusterObjects), ended);
      }
      default -> throw ActorFrames.unknown("whereabouts", kind);
    };
  }
}
