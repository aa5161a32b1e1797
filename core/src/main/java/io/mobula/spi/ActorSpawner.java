package io.mobula.spi;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;

/**
 * Starter of actors below the node's guardian. The actors end with the node; other nodes find them
 * by their name and the node's id.
 */
@FunctionalInterface
public interface ActorSpawner {
  /** Starts an actor under a name and returns its ref. */
  <T> ActorRef<T> spawn(Behavior<T> behavior, String name);
}
