package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.error.ActorDiedException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.spi.ActorOptions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Immutable description of an actor, carried by every handle in every process for all of the
 * actor's life.
 *
 * @param id the id, which names the node that created the actor
 * @param type the user's class, as messages call it
 * @param name the registered name, or null
 * @param detached whether the actor outlives its handles and its owner
 * @param ownerFailover whether another node takes over the ownership when the owner is gone, and
 *     recreates the actor when its host is gone
 * @param durable whether the actor comes back after its whole cluster has ended
 * @param maxPendingCalls the maximum number of unanswered calls of one process
 * @param maxCallRetries how often a call is repeated after its host died
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
        options.name(),
        options.lifetime().detached(),
        options.lifetime().detached() && options.lifetime().maxRestarts() > 0,
        options.checkpointPolicy().durable(),
        options.execution().maxPendingCalls(),
        options.lifetime().maxCallRetries());
  }

  /** Returns the node that created the actor, and owns it as long as that node is a member. */
  NodeId originalOwner() {
    return new NodeId(id.node());
  }

  /** Returns the name, or the class if the actor has no name. */
  String displayName() {
    return name == null ? type : name;
  }

  /** Returns a description for messages. */
  String describe() {
    return "actor " + (name == null ? type : "\"" + name + "\"") + " (" + id + ")";
  }

  /** Returns the exception for calls of the dead actor. */
  ActorDiedException diedException(String how, @Nullable Throwable cause) {
    return new ActorDiedException(describe() + " is dead: " + how + ".", cause);
  }

  /** Returns the failure of calls of the dead actor. */
  ObjectFailure diedFailure(String how, @Nullable Throwable cause) {
    return new ObjectFailure(() -> diedException(how, cause));
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
   * Handle as it travels between processes: the descriptor, and the sender's knowledge of the
   * actor.
   *
   * @param lastKnownAddress the last known address, or null
   * @param currentOwner the node that owns the actor
   */
  record SerializedHandle(
      ActorDescriptor descriptor, @Nullable ActorAddress lastKnownAddress, NodeId currentOwner) {
    /** Returns the handle of an actor that its creator owns. */
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
