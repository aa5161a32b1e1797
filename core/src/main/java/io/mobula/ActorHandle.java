package io.mobula;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Handle of an actor: a stateful object somewhere in the cluster that is used through calls.
 * Corresponds to Ray's actor handle.
 *
 * <p>Safe for use by many threads. A handle may be an argument, be captured by a function, or be
 * stored in any value. An actor ends when the last handle to it is gone, or the process that
 * created it has ended, unless the actor is {@linkplain ActorCall#detached detached}.
 *
 * @param <A> the user's class
 */
public non-sealed interface ActorHandle<A> extends ActorForms<A> {

  /** Returns the cluster-wide id of the actor. */
  ActorId id();

  /**
   * Ends the actor at once: a running method is interrupted, waiting calls fail with
   * {@link io.mobula.error.ActorDiedException}, and resources are released. The actor does not
   * restart. Returns at once. Killing a dead actor does nothing.
   */
  void kill();

  /**
   * Lets the actor finish the calls it has received, then ends it. Later calls fail.
   *
   * @param timeout how long the actor may take; after that it is killed
   * @return completes when the actor has ended, in time or killed
   * @throws io.mobula.error.InvalidRequestException when {@code timeout} is negative
   */
  CompletableFuture<@Nullable Void> drain(Duration timeout);
}
