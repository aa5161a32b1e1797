package io.mobula.internal.store;

/**
 * Hears once that an object has a value or a failure. Runs on the thread that made it so, and must
 * not block.
 */
@FunctionalInterface
public interface CompletionListener {
  /** The object has its outcome. */
  void onReady(ObjectEntry entry);
}
