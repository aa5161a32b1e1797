package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.ActorOptions;
import io.mobula.NodeId;
import io.mobula.error.ActorDiedException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What whoever calls an actor must know of it, in every process and for all its life. A handle
 * travels as this and the place where the actor was last seen.
 *
 * @param id names the actor; its node owns it
 * @param type the user's class, as messages call it
 * @param name its name, or null
 * @param detached whether it lives on without handles, and without its owner
 * @param maxPendingCalls how many calls of one process may be unanswered
 * @param maxCallRetries how often a call is made again that its host died over
 */
record Passport(
    ActorId id,
    String type,
    @Nullable String name,
    boolean detached,
    int maxPendingCalls,
    int maxCallRetries) {
  Passport {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(type, "type");
  }

  static Passport of(ActorId id, String type, ActorOptions options) {
    return new Passport(
        id,
        type,
        options.naming().name(),
        options.life().detached(),
        options.running().maxPendingCalls(),
        options.life().maxCallRetries());
  }

  /** The node that made the actor and sees to its life. */
  NodeId owner() {
    return new NodeId(id.node());
  }

  /** What people call it: its name, else its class. */
  String title() {
    return name == null ? type : name;
  }

  /** Names the actor for messages. */
  String describe() {
    return "actor " + (name == null ? type : "\"" + name + "\"") + " (" + id + ")";
  }

  /** Why calls fail once it is dead. */
  ActorDiedException died(String how, @Nullable Throwable cause) {
    return new ActorDiedException(describe() + " is dead: " + how + ".", cause);
  }

  void write(FrameWriter out) {
    writeId(out, id);
    out.text(type).text(name).flag(detached).int32(maxPendingCalls).int32(maxCallRetries);
  }

  static Passport read(FrameReader in) {
    return new Passport(
        readId(in), in.text(), in.optionalText(), in.flag(), in.int32(), in.int32());
  }

  /** Writes it with the place where the actor was last seen, if that is known. */
  void write(FrameWriter out, @Nullable Place seen) {
    write(out);
    out.flag(seen != null);
    if (seen != null) {
      seen.write(out);
    }
  }

  /** A passport and the place where the actor was last seen, or null. */
  record Shown(Passport passport, @Nullable Place seen) {
    static Shown read(FrameReader in) {
      return new Shown(Passport.read(in), in.flag() ? Place.read(in) : null);
    }
  }

  static FrameWriter writeId(FrameWriter out, ActorId id) {
    return out.int64(id.node()).int64(id.number());
  }

  static ActorId readId(FrameReader in) {
    return new ActorId(in.int64(), in.int64());
  }
}
