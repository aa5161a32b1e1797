package io.mobula.spi;

import io.mobula.ActorId;
import io.mobula.NodeId;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Names of living actors, each unique among all nodes that share the names. A name belongs to one
 * actor until it is released, or until the node that keeps it leaves. Safe for all threads; nothing
 * blocks. A stage that cannot be answered fails with an exception that says why.
 */
public interface ActorNameDirectory extends AutoCloseable {

  /**
   * An actor and its name.
   *
   * @param name the name
   * @param actor who has it
   * @param keeper the node by whose life the name stands
   * @param descriptor what other nodes need to reach the actor, in bytes that only nodes read; not
   *     copied, so not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record NameRegistration(String name, ActorId actor, NodeId keeper, byte[] descriptor) {
    /** Refuses nulls. */
    public NameRegistration {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(actor, "actor");
      Objects.requireNonNull(keeper, "keeper");
      Objects.requireNonNull(descriptor, "passport");
    }
  }

  /**
   * Takes the name, unless another actor has it: gives who has it now. Of claims made at the same
   * time, from whichever nodes, one wins.
   */
  CompletionStage<NameRegistration> claim(NameRegistration claimed);

  /** Who has the name. */
  CompletionStage<Optional<NameRegistration>> find(String name);

  /**
   * This node vouches for the name, too: it hosts a detached actor, whose name outlives the node
   * that claimed it.
   */
  void registerKeeper(NameRegistration kept);

  /** The name is free, if that actor has it. Whoever ends the actor may say so, also twice. */
  void release(String name, ActorId actor);

  /** Names that this node knows of, for messages; perhaps not all. */
  Set<String> knownNames();

  /** Forgets what this node keeps. */
  @Override
  void close();
}
