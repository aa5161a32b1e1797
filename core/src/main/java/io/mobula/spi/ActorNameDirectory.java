package io.mobula.spi;

import io.mobula.ActorId;
import io.mobula.NodeId;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Directory of the names of living actors, each unique among all nodes that share it. A name
 * belongs to one actor until it is released, or until all nodes that keep it have left. Safe for
 * all threads; no method blocks. A stage that cannot be answered fails with an exception that has
 * the reason.
 */
public interface ActorNameDirectory extends AutoCloseable {

  /**
   * Registration of an actor's name.
   *
   * @param name the name
   * @param actor the actor that has the name
   * @param keeper the node whose membership keeps the name registered
   * @param descriptor encoded descriptor that other nodes need to reach the actor; not copied, so
   *     not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
  record NameRegistration(String name, ActorId actor, NodeId keeper, byte[] descriptor) {
    /** Refuses components that are null. */
    public NameRegistration {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(actor, "actor");
      Objects.requireNonNull(keeper, "keeper");
      Objects.requireNonNull(descriptor, "descriptor");
    }
  }

  /**
   * Claims the name unless another actor has it, and returns the registration that holds now. Of
   * concurrent claims from any nodes, exactly one wins.
   */
  CompletionStage<NameRegistration> claim(NameRegistration claimed);

  /** Returns the registration of the name, if there is one. */
  CompletionStage<Optional<NameRegistration>> find(String name);

  /**
   * Registers this node as a further keeper of the name: it hosts a detached actor, whose name
   * outlives the node that claimed it.
   */
  void registerKeeper(NameRegistration kept);

  /**
   * Releases the name if that actor has it. Any node that ends the actor may call this, also
   * repeatedly.
   */
  void release(String name, ActorId actor);

  /** Returns the names that this node knows, for messages; may be incomplete. */
  Set<String> knownNames();

  /** Drops all registrations that this node keeps. */
  @Override
  void close();
}
