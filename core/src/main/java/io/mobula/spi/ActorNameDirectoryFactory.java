package io.mobula.spi;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import java.util.Objects;

/**
 * Factory of a node's part of the directory of actor names, found by
 * {@link java.util.ServiceLoader}.
 */
public interface ActorNameDirectoryFactory {

  /** Starts the directory; at most one is open in an actor system. */
  ActorNameDirectory open(Setup setup);

  /**
   * Services of the node that the directory needs.
   *
   * @param system actor system that is a member of the cluster, or will be
   * @param peers membership of the cluster
   * @param spawner starts an actor below the node's guardian
   * @param config configuration as the node read it
   */
  record Setup(ActorSystem<?> system, ClusterPeers peers, ActorSpawner spawner, Config config) {
    /** Refuses components that are null. */
    public Setup {
      Objects.requireNonNull(system, "system");
      Objects.requireNonNull(peers, "peers");
      Objects.requireNonNull(spawner, "spawner");
      Objects.requireNonNull(config, "config");
    }
  }
}
