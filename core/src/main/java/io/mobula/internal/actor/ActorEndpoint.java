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
 * Target of the handles of one process: the cell of an actor on a node without a cluster, the
 * client of the actor in a cluster. Safe for all threads.
 */
interface ActorEndpoint {

  /** Returns the id of the actor. */
  ActorId id();

  /** Returns a description of the actor for messages. */
  String describe();

  /** Returns the object store of the handles' runtime. */
  ObjectStore store();

  /** Calls a method of the actor; see {@link io.mobula.ActorHandle#send}. */
  <R extends @Nullable Object> ObjectRef<R> call(MethodRequest request);

  /** Ends the actor at once; see {@link io.mobula.ActorHandle#kill}. */
  void kill();

  /** Ends the actor after its calls; see {@link io.mobula.ActorHandle#drain}. */
  CompletableFuture<@Nullable Void> drain(Duration limit);

  /** Writes a {@linkplain ActorDescriptor.SerializedHandle handle} for another process. */
  void export(FrameWriter out);
}
