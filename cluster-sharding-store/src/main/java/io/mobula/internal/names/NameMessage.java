package io.mobula.internal.names;

import akka.actor.typed.ActorRef;
import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.spi.ActorNameDirectory.NameRegistration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages between the registrars of nodes and the shards of names. Any of them may be lost,
 * repeated or late.
 */
sealed interface NameMessage extends ControlMessage {

  /** Message that a shard receives. */
  sealed interface ToShard extends NameMessage, NameShard.Command {}

  /** Message that a registrar receives. */
  sealed interface ToRegistrar extends NameMessage, NameRegistrar.Command {}

  /**
   * Registration of a name in its serialized form.
   *
   * @param keeper the node that keeps the name
   */
  @SuppressWarnings("ArrayRecordComponent") // the bytes are passed on and never compared
  record NameEntry(String name, ActorId actor, NodeId keeper, byte[] descriptor) {
    static NameEntry of(NameRegistration registration) {
      return new NameEntry(
          registration.name(),
          registration.actor(),
          registration.keeper(),
          registration.descriptor());
    }

    NameRegistration toNamed() {
      return new NameRegistration(name, actor, keeper, descriptor);
    }
  }

  /**
   * Query for the holder of a name. If it carries a claim and the name is free, the claiming actor
   * gets the name.
   */
  record Lookup(
      long requestId, String name, @Nullable NameEntry claim, ActorRef<ToRegistrar> replyTo)
      implements ToShard {}

  /** Answer to a lookup: the holder of the name, or null if the name is free. */
  record LookupReply(long requestId, @Nullable NameEntry holder) implements ToRegistrar {}

  /**
   * Registration of a node as a keeper of a name, because it has claimed the name or hosts the
   * actor.
   */
  record RegisterKeeper(long requestId, NameEntry entry, ActorRef<ToRegistrar> replyTo)
      implements ToShard {}

  /** Release of a name, if this actor holds it. */
  record Release(long requestId, String name, ActorId actor, ActorRef<ToRegistrar> replyTo)
      implements ToShard {}

  /** Confirmation that a registration or release has been applied. */
  record Done(long requestId) implements ToRegistrar {}

  /** Request of a newly started shard for the names that a node keeps. */
  record RequestReport(int shard, ActorRef<ToShard> replyTo) implements ToRegistrar {}

  /**
   * Part of a report of all names of the shard that the node keeps or claims.
   *
   * @param serial number of the report; parts of two reports are never mixed
   * @param part index of the part, from zero
   * @param parts number of parts
   * @param registered names that the node keeps
   * @param claimed names that the node has claimed and got no answer for
   */
  record NameReport(
      NodeId node,
      long serial,
      int part,
      int parts,
      List<NameEntry> registered,
      List<NameEntry> claimed)
      implements ToShard {
    public NameReport {
      registered = List.copyOf(registered);
      claimed = List.copyOf(claimed);
    }
  }
}
