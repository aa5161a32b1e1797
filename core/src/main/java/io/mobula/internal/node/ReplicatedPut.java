package io.mobula.internal.node;

import io.mobula.ObjectRef;
import io.mobula.PutOptions;
import io.mobula.error.TooFewCopiesException;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.ObjectStore;
import org.jspecify.annotations.Nullable;

/** Put operation that stores a value on this node and has other nodes copy it. */
final class ReplicatedPut {
  private ReplicatedPut() {}

  /**
   * Stores the value and blocks until all copies exist.
   *
   * @param clusterObjects the cluster's objects; null without a cluster
   */
  static <T extends @Nullable Object> ObjectRef<T> put(
      T value, PutOptions options, ObjectStore store, @Nullable ClusterObjects clusterObjects) {
    if (options.copies() > 1 && clusterObjects == null) {
      throw new TooFewCopiesException("A value was to be kept on " + options.copies()
          + " nodes, and node " + store.node()
          + " is in no cluster. Have it join one, or ask for one copy.");
    }
    ObjectRef<T> ref = store.put(value);
    if (options.copies() == 1 || clusterObjects == null) {
      return ref;
    }
    try {
      clusterObjects.replicate(EntryRef.entryOf(ref, store), options.copies(), options.within());
      return ref;
    } catch (RuntimeException | Error e) {
      ref.close();
      throw e;
    }
  }
}
