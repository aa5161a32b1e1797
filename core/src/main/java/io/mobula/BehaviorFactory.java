package io.mobula;

import akka.actor.typed.Behavior;
import java.io.Serializable;

/**
 * Factory of an Akka behavior, called on the node that will run the actor: {@code () ->
 * Printer.create(3)}. Captured values are copied like the arguments of a task.
 *
 * @param <T> the actor's protocol
 */
@FunctionalInterface
public interface BehaviorFactory<T> extends Serializable {

  /** Creates the behavior; called once, in the process that runs the actor. */
  Behavior<T> create() throws Exception;
}
