package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.ObjectRef;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.MethodRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Target of the handles of one process: the cell of an actor on a node without a cluster, the
 * client of the actor in a cluster. Safe for all threads.
 */
interface ActorEndpoint extends ValueProducer {

  /** Returns the id of the actor. */
  ActorId id();

  /** Returns a description of the actor for messages. */
  @Override
  String describe();

  /** Returns the object store of the handles' runtime. */
  ObjectStore store();

  /** Calls a method of the actor; see {@link io.mobula.spi.CallTarget#send}. */
  default <R extends @Nullable Object> ObjectRef<R> call(MethodRequest request) {
    var store = store();
    store.requireOpen();
    admit();
    boolean submitted = false;
    try {
      var call = binder().bind(request.method(), request.arguments(), 1);
      var entry = store.createPending(store.nextTask(), 0, this);
      ObjectRef<R> result = store.ref(entry);
      submit(BoundCall.nameOf(request.method()), call, entry);
      submitted = true;
      return result;
    } finally {
      if (!submitted) {
        withdraw();
      }
    }
  }

  /** Returns the binder of calls. */
  CallBinder binder();

  /**
   * Counts a call that is about to be submitted.
   *
   * @throws io.mobula.error.PendingCallsExceededException when too many calls are unanswered
   */
  void admit();

  /** Uncounts a call that could not be submitted. */
  void withdraw();

  /** Submits an admitted call, whose outcome completes the entry. */
  void submit(String name, BoundCall call, ObjectEntry result);

  /** Ends the actor at once; see {@link io.mobula.ActorHandle#kill}. */
  void kill();

  /**
   * Ends the actor after its calls; see {@link io.mobula.ActorHandle#drain}.
   *
   * @param limit not negative
   */
  CompletableFuture<@Nullable Void> drain(Duration limit);

  /** Writes a {@linkplain ActorDescriptor.SerializedHandle handle} for another process. */
  void export(FrameWriter out);
}
