package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.MethodRequest;
import io.mobula.ObjectRef;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ObjectStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the handles of one process call: the actor itself on a node alone, the way to it in a
 * cluster. Safe for all threads.
 */
interface ActorEndpoint {

  /** Names the actor. */
  ActorId id();

  /** Names it for messages. */
  String describe();

  /** Whose handles these are. */
  ObjectStore store();

  /** See {@link io.mobula.ActorHandle#send}. */
  <R extends @Nullable Object> ObjectRef<R> call(MethodRequest request);

  /** See {@link io.mobula.ActorHandle#kill}. */
  void kill();

  /** See {@link io.mobula.ActorHandle#drain}. */
  CompletableFuture<@Nullable Void> drain(Duration limit);

  /** Writes what another process needs to reach the actor; see {@link ActorDescriptor}. */
  void export(FrameWriter out);
}
