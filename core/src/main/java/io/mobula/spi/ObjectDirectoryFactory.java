package io.mobula.spi;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Objects;

/** What makes a node's part of the directory; found by {@link java.util.ServiceLoader}. */
public interface ObjectDirectoryFactory {

  /** Starts it. At most one is open in an actor system. */
  ObjectDirectory open(Setup setup);

  /**
   * What a directory needs of its node.
   *
   * @param system a member of the cluster, or about to be one
   * @param peers which nodes there are
   * @param spawner starts an actor below the node
   * @param timer runs actions later
   * @param listener hears what is to go
   * @param config as the node read it, with everything below {@code mobula.directory}
   */
  record Setup(
      ActorSystem<?> system,
      ClusterPeers peers,
      Spawner spawner,
      Timer timer,
      DirectoryListener listener,
      Config config) {
    /** Refuses nulls. */
    public Setup {
      Objects.requireNonNull(system, "system");
      Objects.requireNonNull(peers, "peers");
      Objects.requireNonNull(spawner, "spawner");
      Objects.requireNonNull(timer, "timer");
      Objects.requireNonNull(listener, "listener");
      Objects.requireNonNull(config, "config");
    }
  }

  /** Runs actions later, to the millisecond. */
  @FunctionalInterface
  interface Timer {
    /**
     * Runs it once, on a thread that it must not block; never if the node closes before.
     *
     * @return cancels it
     */
    Runnable after(Duration delay, Runnable action);
  }

  /** Starts actors that end with the node; they are found by their names with the node's id. */
  @FunctionalInterface
  interface Spawner {
    /** Starts one. */
    <T> ActorRef<T> spawn(Behavior<T> behavior, String name);
  }
}
