package io.mobula.internal.names;

import akka.actor.typed.ActorRef;
import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.spi.ActorNameDirectory.NameRegistration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What keepers and shards of the names tell each other. Any may be lost, repeated or late. */
sealed interface NameMessage extends ControlMessage {

  /** To a shard. */
  sealed interface ToShard extends NameMessage, NameShard.Command {}

  /** To a keeper. */
  sealed interface ToRegistrar extends NameMessage, NameRegistrar.Command {}

  /**
   * An actor and its name, as they travel.
   *
   * @param keeper stands for it
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
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

  /** Who has the name? Somebody who claims it takes it if nobody has it. */
  record Lookup(
      long requestId, String name, @Nullable NameEntry claim, ActorRef<ToRegistrar> replyTo)
      implements ToShard {}

  /** Nobody has it, or this one. */
  record LookupReply(long requestId, @Nullable NameEntry holder) implements ToRegistrar {}

  /** A node stands for a name, because it has won it or because it hosts the actor. */
  record RegisterKeeper(long requestId, NameEntry entry, ActorRef<ToRegistrar> replyTo)
      implements ToShard {}

  /** The name is free if that actor has it. */
  record Release(long requestId, String name, ActorId actor, ActorRef<ToRegistrar> replyTo)
      implements ToShard {}

  /** Done as told. */
  record Done(long requestId) implements ToRegistrar {}

  /** A shard has started, and asks which of its names the node stands for. */
  record RequestReport(int shard, ActorRef<ToShard> replyTo) implements ToRegistrar {}

  /**
   * A part of all names of the shard that the node has to do with.
   *
   * @param serial counts what the node has told: parts of two are never mixed
   * @param part from zero
   * @param parts how many there are
   * @param registered those it stands for
   * @param claimed those it has asked for, and has no answer
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
