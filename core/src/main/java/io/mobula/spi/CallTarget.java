package io.mobula.spi;

import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import org.jspecify.annotations.Nullable;

/**
 * Handle of an actor as the call forms of {@code io.mobula} use it. Programs use {@code call} and
 * {@code tell}; every {@link ActorHandle} of a runtime is a call target.
 *
 * @param <A> the user's class
 */
public interface CallTarget<A> extends ActorHandle<A> {

  /** Sends a call and returns a ref to its result at once. */
  <R extends @Nullable Object> ObjectRef<R> send(MethodRequest request);
}
