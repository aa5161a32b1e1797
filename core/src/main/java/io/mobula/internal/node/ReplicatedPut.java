package io.mobula.internal.node;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.PutOptions;
import io.mobula.error.TooFewCopiesException;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.ObjectStore;
import org.jspecify.annotations.Nullable;

/** Put operation that stores a value on this node and has other nodes copy it. Thread-safe. */
public final class ReplicatedPut {
  private final ObjectStore store;
  private final @Nullable ClusterObjects clusterObjects;

  /**
   * Creates the operation of a node.
   *
   * @param clusterObjects the cluster's objects; null without a cluster
   */
  ReplicatedPut(ObjectStore store, @Nullable ClusterObjects clusterObjects) {
    this.store = store;
    this.clusterObjects = clusterObjects;
  }

  /**
   * Stores the value, and blocks until all copies exist; see {@link MobulaRuntime#put(Object,
   * PutOptions)}.
   */
  public <T extends @Nullable Object> ObjectRef<T> put(T value, PutOptions options) {
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
      clusterObjects.replicate(EntryRef.entryOf(ref, store), options.copies(), options.timeout());
      return ref;
    } catch (RuntimeException | Error e) {
      ref.close();
      throw e;
    }
  }
}
