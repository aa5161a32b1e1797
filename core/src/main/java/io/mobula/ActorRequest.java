package io.mobula;

import java.util.Objects;

/**
 * One actor to be made: what the generated forms hand to {@link MobulaRuntime#create}. Users write
 * those forms.
 *
 * @param constructor makes the user's object
 * @param arguments as many as the constructor has parameters
 * @param options how it shall live
 */
public record ActorRequest(RemoteFunction constructor, Arguments arguments, ActorOptions options) {
  /** Refuses nulls. */
  public ActorRequest {
    Objects.requireNonNull(constructor, "constructor");
    Objects.requireNonNull(arguments, "arguments");
    Objects.requireNonNull(options, "options");
  }
}
