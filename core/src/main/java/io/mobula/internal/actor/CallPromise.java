package io.mobula.internal.actor;

import io.mobula.ObjectId;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;

/** Promise of a call's outcome: the host completes or fails it once. */
interface CallPromise {

  /** Returns the id of the result, unique in the cluster. */
  ObjectId id();

  /** Completes the call with a value, which the result owns from now on. */
  void complete(ObjectContent content);

  /** Completes the call with a failure. */
  void fail(ObjectFailure failure);

  /** Returns whether another incarnation of the actor may run the call instead. */
  default boolean canRetryElsewhere() {
    return false;
  }

  /** Returns the call to its client for the actor's next incarnation, as it has not run here. */
  default void retryElsewhere() {
    throw new IllegalStateException("Call " + id() + " is of this process.");
  }

  /** Promise of a call of this process. */
  record LocalPromise(ObjectEntry entry) implements CallPromise {
    @Override
    public ObjectId id() {
      return entry.id();
    }

    @Override
    public void complete(ObjectContent content) {
      entry.complete(content);
    }

    @Override
    public void fail(ObjectFailure failure) {
      entry.fail(failure);
    }
  }
}
