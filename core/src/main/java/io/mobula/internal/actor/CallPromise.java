package io.mobula.internal.actor;

import io.mobula.ObjectId;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;

/** Where the outcome of a call goes. Told once. */
interface CallPromise {

  /** Names the result in the whole cluster. */
  ObjectId id();

  /** There is a value; it is the result's from now on. */
  void complete(ObjectContent content);

  /** There will be none. */
  void fail(ObjectFailure failure);

  /** Whether another incarnation of the actor may have the call instead. */
  default boolean canRetryElsewhere() {
    return false;
  }

  /** The call was not run here: it is for the actor's next incarnation. */
  default void retryElsewhere() {
    throw new IllegalStateException("Call " + id() + " is of this process.");
  }

  /** The result of a call of this process. */
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
