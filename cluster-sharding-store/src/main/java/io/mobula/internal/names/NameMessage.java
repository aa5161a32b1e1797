package io.mobula.internal.names;

import akka.actor.typed.ActorRef;
import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.spi.ActorNames.Named;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What keepers and shards of the names tell each other. Any may be lost, repeated or late. */
sealed interface NameMessage extends ControlMessage {

  /** To a shard. */
  sealed interface ToShard extends NameMessage, NameShard.Command {}

  /** To a keeper. */
  sealed interface ToKeeper extends NameMessage, NameKeeper.Command {}

  /**
   * An actor and its name, as they travel.
   *
   * @param keeper stands for it
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record Entry(String name, ActorId actor, NodeId keeper, byte[] passport) {
    static Entry of(Named named) {
      return new Entry(named.name(), named.actor(), named.keeper(), named.passport());
    }

    Named toNamed() {
      return new Named(name, actor, keeper, passport);
    }
  }

  /** Who has the name? Somebody who claims it takes it if nobody has it. */
  record Ask(long question, String name, @Nullable Entry claim, ActorRef<ToKeeper> replyTo)
      implements ToShard {}

  /** Nobody has it, or this one. */
  record Answer(long question, @Nullable Entry holder) implements ToKeeper {}

  /** A node stands for a name, because it has won it or because it hosts the actor. */
  record Keep(long question, Entry entry, ActorRef<ToKeeper> replyTo) implements ToShard {}

  /** The name is free if that actor has it. */
  record Release(long question, String name, ActorId actor, ActorRef<ToKeeper> replyTo)
      implements ToShard {}

  /** Done as told. */
  record Noted(long question) implements ToKeeper {}

  /** A shard has started, and asks which of its names the node stands for. */
  record Tell(int shard, ActorRef<ToShard> replyTo) implements ToKeeper {}

  /**
   * A part of all names of the shard that the node has to do with.
   *
   * @param serial counts what the node has told: parts of two are never mixed
   * @param part from zero
   * @param parts how many there are
   * @param kept those it stands for
   * @param claimed those it has asked for, and has no answer
   */
  record Told(NodeId node, long serial, int part, int parts, List<Entry> kept, List<Entry> claimed)
      implements ToShard {
    public Told {
      kept = List.copyOf(kept);
      claimed = List.copyOf(claimed);
    }
  }
}
