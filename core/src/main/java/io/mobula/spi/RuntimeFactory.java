package io.mobula.spi;

import akka.actor.ClassicActorSystemProvider;
import io.mobula.LocalCluster;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.TaskContext;
import java.util.List;
import java.util.Optional;

/** Factory of runtimes, found by {@link java.util.ServiceLoader}. Safe for use by many threads. */
public interface RuntimeFactory {

  /** Starts a node with an actor system of its own. */
  MobulaRuntime open(Settings settings);

  /** Starts a node inside an actor system whose owner remains responsible for it. */
  MobulaRuntime attach(ClassicActorSystemProvider system, Settings settings);

  /** Starts node processes on this host and joins them as a driver. */
  LocalCluster start(LocalCluster.Builder cluster);

  /**
   * Returns the context of the task or actor method that the calling thread runs for a runtime of
   * this factory, if any.
   */
  Optional<TaskContext> context();

  /** Returns all open runtimes, oldest first. */
  List<MobulaRuntime> openRuntimes();
}
