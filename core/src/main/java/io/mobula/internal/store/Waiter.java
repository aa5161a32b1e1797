package io.mobula.internal.store;

/**
 * Hears once that an object has a value or a failure. Runs on the thread that made it so, and must
 * not block.
 */
@FunctionalInterface
public interface Waiter {
  /** The object has its outcome. */
  void ready(ObjectEntry entry);
}
