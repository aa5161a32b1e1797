package io.mobula;

import java.util.Objects;

/**
 * One method call: what the generated forms hand to {@link ActorHandle#send}. Users write those
 * forms.
 *
 * @param method takes the actor's object first, then the arguments
 * @param arguments without the actor's object
 */
public record MethodRequest(RemoteFunction method, Arguments arguments) {
  /** Refuses nulls. */
  public MethodRequest {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(arguments, "arguments");
  }
}
