package io.mobula;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A stateful object that lives somewhere in the cluster and is reached by calls. Ray's actor
 * handle.
 *
 * <p>Safe for use by many threads; may be an argument, captured, or stored in any value. An actor
 * ends by itself when the last handle to it is gone, unless it is {@linkplain ActorCall#detached
 * detached}.
 *
 * @param <A> the user's class
 */
public non-sealed interface ActorHandle<A> extends ActorForms<A> {

  /** Names the actor. */
  ActorId id();

  /**
   * Sends a call; what {@link MethodCall#remote} does. Users write {@code call} and {@code tell}.
   */
  <R extends @Nullable Object> ObjectRef<R> send(MethodRequest request);

  /**
   * Ends the actor at once: a method that runs is interrupted, calls that wait fail with
   * {@link io.mobula.error.ActorDiedException}, resources go home. It is not restarted. Killing
   * again does nothing.
   */
  void kill();

  /**
   * Lets the actor answer what it has been sent, then ends it. Later calls fail.
   *
   * @param limit how long to wait for that, then it is killed
   * @return completes when the actor has ended
   */
  CompletableFuture<@Nullable Void> drain(Duration limit);
}
