package io.mobula.internal.memory;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listeners of a store. They are called without a lock of the store, in the thread that has news;
 * an exception of one is logged and does not keep the others from being called.
 */
final class StoreListeners {
  private static final Logger LOG = LoggerFactory.getLogger(StoreListeners.class);

  private final List<Runnable> ofReclaim = new CopyOnWriteArrayList<>();
  private final List<LongConsumer> ofCapacityRequest = new CopyOnWriteArrayList<>();
  private final List<Runnable> ofClose = new CopyOnWriteArrayList<>();

  void onReclaim(Runnable listener) {
    ofReclaim.add(listener);
  }

  void onCapacityRequest(LongConsumer listener) {
    ofCapacityRequest.add(listener);
  }

  void onClose(Runnable listener) {
    ofClose.add(listener);
  }

  /** Notifies that memory is free, or that an object may now be evicted. */
  void notifyReclaimed() {
    ofReclaim.forEach(StoreListeners::run);
  }

  /** Requests that many bytes for other stores that share the capacity. */
  void requestCapacity(long bytes) {
    ofCapacityRequest.forEach(listener -> run(() -> listener.accept(bytes)));
  }

  /** Notifies that the store has closed. */
  void notifyClosed() {
    ofClose.forEach(StoreListeners::run);
  }

  private static void run(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.error("A listener of a store failed", e);
    }
  }
}
