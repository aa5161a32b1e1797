package io.mobula.internal.store;

/**
 * Listener that is called once when an object has a value or a failure. Runs on the completing
 * thread, which it must not block.
 */
@FunctionalInterface
public interface CompletionListener {
  /** Handles the outcome of the object. */
  void onReady(ObjectEntry entry);
}
