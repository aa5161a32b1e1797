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
 * @param ownerFailover whether another node owns it when its owner is gone, and makes it again when
 *     its host is
 * @param durable whether it comes back after all of its cluster has ended
 * @param maxPendingCalls how many calls of one process may be unanswered
 * @param maxCallRetries how often a call is made again that its host died over
 */
record ActorDescriptor(
    ActorId id,
    String type,
    @Nullable String name,
    boolean detached,
    boolean ownerFailover,
    boolean durable,
    int maxPendingCalls,
    int maxCallRetries) {
  ActorDescriptor {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(type, "type");
  }

  static ActorDescriptor of(ActorId id, String type, ActorOptions options) {
    return new ActorDescriptor(
        id,
        type,
        options.nameOptions().name(),
        options.lifetime().detached(),
        options.lifetime().detached() && options.lifetime().maxRestarts() > 0,
        options.checkpointPolicy().durable(),
        options.execution().maxPendingCalls(),
        options.lifetime().maxCallRetries());
  }

  /** The node that made the actor, and sees to its life for as long as it is there. */
  NodeId originalOwner() {
    return new NodeId(id.node());
  }

  /** What people call it: its name, else its class. */
  String displayName() {
    return name == null ? type : name;
  }

  /** Names the actor for messages. */
  String describe() {
    return "actor " + (name == null ? type : "\"" + name + "\"") + " (" + id + ")";
  }

  /** Why calls fail once it is dead. */
  ActorDiedException diedException(String how, @Nullable Throwable cause) {
    return new ActorDiedException(describe() + " is dead: " + how + ".", cause);
  }

  void write(FrameWriter out) {
    writeId(out, id);
    out.text(type)
        .text(name)
        .flag(detached)
        .flag(ownerFailover)
        .flag(durable)
        .int32(maxPendingCalls)
        .int32(maxCallRetries);
  }

  static ActorDescriptor read(FrameReader in) {
    return new ActorDescriptor(
        readId(in),
        in.text(),
        in.optionalText(),
        in.flag(),
        in.flag(),
        in.flag(),
        in.int32(),
        in.int32());
  }

  /**
   * A passport, and what else who gives it knows.
   *
   * @param lastKnownAddress where the actor was last seen, or null
   * @param currentOwner the node that sees to its life
   */
  record SerializedHandle(
      ActorDescriptor descriptor, @Nullable ActorAddress lastKnownAddress, NodeId currentOwner) {
    /** What is known of an actor that its maker owns. */
    static SerializedHandle ofMaker(ActorDescriptor descriptor) {
      return new SerializedHandle(descriptor, null, descriptor.originalOwner());
    }

    void write(FrameWriter out) {
      descriptor.write(out);
      out.int64(currentOwner.incarnation()).flag(lastKnownAddress != null);
      if (lastKnownAddress != null) {
        lastKnownAddress.write(out);
      }
    }

    static SerializedHandle read(FrameReader in) {
      var descriptor = ActorDescriptor.read(in);
      var owner = new NodeId(in.int64());
      return new SerializedHandle(descriptor, in.flag() ? ActorAddress.read(in) : null, owner);
    }
  }

  static FrameWriter writeId(FrameWriter out, ActorId id) {
    return out.int64(id.node()).int64(id.number());
  }

  static ActorId readId(FrameReader in) {
    return new ActorId(in.int64(), in.int64());
  }
}
