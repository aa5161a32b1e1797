package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.ActorOptions;
import io.mobula.Placement;
import io.mobula.error.CodecException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.placement.LeaseDesk;

/** The kinds of frames about actors, and what is alike in them. */
final class ActorFrames {
  static final int CREATE = 48;
  static final int PLACED = 49;
  static final int UNPLACED = 50;
  static final int RESTARTED = 51;
  static final int DIED = 52;
  static final int ENDED = 53;
  static final int CALL = 54;
  static final int REPLY = 55;
  static final int MISSED = 56;
  static final int CANCEL = 57;
  static final int KILL = 58;
  static final int DRAIN = 59;
  static final int HOLD = 60;
  static final int RELEASE = 61;
  static final int THERE = 62;
  static final int SPAWN = 63;
  static final int SPAWNED = 64;

  private ActorFrames() {}

  /** A frame about an actor. */
  static FrameWriter of(int kind, ActorId id) {
    return Passport.writeId(new FrameWriter().octet(kind), id);
  }

  static CodecException unknown(String what, int kind) {
    return new CodecException(
        "A frame has " + what + " of kind " + kind + ": another release's.", null);
  }

  /** Writes what the host must know; where it is to live has been decided. */
  static void writeOptions(FrameWriter out, ActorOptions options) {
    var resources = options.resources();
    out.flag(resources != null);
    if (resources != null) {
      LeaseDesk.writeResources(out, resources);
    }
    var life = options.life();
    var running = options.running();
    out.text(options.naming().name())
        .flag(life.detached())
        .int32(life.maxRestarts())
        .int32(life.maxCallRetries())
        .int32(running.maxConcurrency())
        .int32(running.maxPendingCalls())
        .choice(running.threads());
  }

  static ActorOptions readOptions(FrameReader in) {
    var resources = in.flag() ? LeaseDesk.readResources(in) : null;
    return new ActorOptions(
        resources,
        Placement.anywhere(),
        new ActorOptions.Naming(in.optionalText(), false),
        new ActorOptions.Life(in.flag(), in.int32(), in.int32()),
        new ActorOptions.Running(in.int32(), in.int32(), in.choice(ActorOptions.Threads.values())));
  }
}
