package io.mobula.spi;

import java.util.Objects;

/**
 * Request to call a method, which the generated call forms pass to {@link CallTarget#send}.
 * Programs use those forms.
 *
 * @param method function of the actor's object and the arguments
 * @param arguments the arguments, without the actor's object
 */
public record MethodRequest(RemoteFunction method, Arguments arguments) {
  /** Refuses components that are null. */
  public MethodRequest {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(arguments, "arguments");
  }
}
