package io.mobula;

import akka.actor.typed.Behavior;
import java.io.Serializable;

/**
 * Makes the behavior of an Akka actor on the node that will run it: {@code () ->
 * Printer.create(3)}. What it captures is copied like an argument of a task.
 *
 * @param <T> the actor's protocol
 */
@FunctionalInterface
public interface BehaviorFactory<T> extends Serializable {

  /** A new behavior, made once, in the process where the actor lives. */
  Behavior<T> create() throws Exception;
}
