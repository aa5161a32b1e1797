package io.mobula.spi;

import java.util.Objects;

/**
 * Request to create an actor, which the generated call forms pass to
 * {@link RuntimeEngine#create(ActorRequest)}. Programs use those forms.
 *
 * @param constructor creates the user's object
 * @param arguments one for each parameter of the constructor
 * @param options options of the actor
 */
public record ActorRequest(RemoteFunction constructor, Arguments arguments, ActorOptions options) {
  /** Refuses components that are null. */
  public ActorRequest {
    Objects.requireNonNull(constructor, "constructor");
    Objects.requireNonNull(arguments, "arguments");
    Objects.requireNonNull(options, "options");
  }
}
