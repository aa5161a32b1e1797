package io.mobula;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One actor to be made: what the generated forms hand to {@link MobulaRuntime#create}. Users write those forms.
 *
 * @param constructor makes the user's object
 * @param arguments as many as the constructor has parameters; owned by the request and never changed
 * @param refs bit i says that argument i was given as a ref and is resolved before the call
 * @param options how it shall live
 */
public record ActorRequest(
    RemoteFunction constructor, @Nullable Object[] arguments, int refs, ActorOptions options) {
  /** Refuses a null constructor. */
  public ActorRequest {
    Objects.requireNonNull(constructor, "constructor");
    Objects.requireNonNull(options, "options");
  }
}
