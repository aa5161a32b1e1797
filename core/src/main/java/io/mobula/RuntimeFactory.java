package io.mobula;

import akka.actor.ClassicActorSystemProvider;
import java.util.List;
import java.util.Optional;

/**
 * What opens and finds runtimes; found by {@link java.util.ServiceLoader}. Safe for use by many
 * threads.
 */
public interface RuntimeFactory {

  /** Starts a node with an actor system of its own. */
  MobulaRuntime open(Settings settings);

  /** Starts a node inside an actor system that somebody else owns and goes on to own. */
  MobulaRuntime attach(ClassicActorSystemProvider system, Settings settings);

  /** Starts node processes on this host and joins them as a driver. */
  LocalCluster start(LocalCluster.Builder cluster);

  /** What the calling thread runs for a runtime of this factory, if it does. */
  Optional<TaskContext> context();

  /** Every runtime that is open, oldest first. */
  List<MobulaRuntime> openRuntimes();
}
