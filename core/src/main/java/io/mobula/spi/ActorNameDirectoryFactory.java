package io.mobula.spi;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import com.typesafe.config.Config;
import java.util.Objects;

/** What makes a node's part of the names of actors; found by {@link java.util.ServiceLoader}. */
public interface ActorNameDirectoryFactory {

  /** Starts it. At most one is open in an actor system. */
  ActorNameDirectory open(Setup setup);

  /**
   * What the names need of their node.
   *
   * @param system a member of the cluster, or about to be one
   * @param peers which nodes there are
   * @param spawner starts an actor below the node
   * @param config as the node read it
   */
  record Setup(ActorSystem<?> system, ClusterPeers peers, Spawner spawner, Config config) {
    /** Refuses nulls. */
    public Setup {
      Objects.requireNonNull(system, "system");
      Objects.requireNonNull(peers, "peers");
      Objects.requireNonNull(spawner, "spawner");
      Objects.requireNonNull(config, "config");
    }
  }

  /** Starts actors that end with the node; they are found by their names with the node's id. */
  @FunctionalInterface
  interface Spawner {
    /** Starts one. */
    <T> ActorRef<T> spawn(Behavior<T> behavior, String name);
  }
}
