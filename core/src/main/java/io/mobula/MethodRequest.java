package io.mobula;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One method call: what the generated forms hand to {@link ActorHandle#send}. Users write those forms.
 *
 * @param method takes the actor's object first, then the arguments
 * @param arguments without the actor's object; owned by the request and never changed
 * @param refs bit i says that argument i was given as a ref and is resolved before the call
 */
public record MethodRequest(RemoteFunction method, @Nullable Object[] arguments, int refs) {
  /** Refuses a null method. */
  public MethodRequest {
    Objects.requireNonNull(method, "method");
  }
}
