package io.mobula.internal.store;

import io.mobula.error.SelfGetException;
import io.mobula.internal.execution.Execution;

/**
 * Finds waits that can never end: an actor that waits for its own answer, alone or around a cycle.
 * Follows who waits for whom, one step per actor; each party notes what it waits for before it
 * looks, so the last one to close a cycle sees it.
 */
@SuppressWarnings("ReferenceEquality") // owners are known by identity
final class SelfGet {
  private static final int MOST_STEPS = 1000;

  private SelfGet() {}

  /** Throws {@link SelfGetException} if {@code waiting} would wait for itself. */
  static void refuse(Execution waiting, ObjectEntry entry) {
    Object next = entry;
    for (int step = 0; step < MOST_STEPS && next instanceof ObjectEntry wanted; step++) {
      var producer = wanted.producer();
      var running = producer == null ? null : producer.running();
      if (producer == null || running == null) {
        return;
      }
      if (running.owner() == waiting.owner()) {
        throw new SelfGetException(
            waiting.name() + " waits for " + entry.id() + ", which " + producer.describe()
                + " can only give after "
                + (step == 0 ? "this call returns" : step + " others that wait for it")
                + ". Return the ref instead of getting it, or use toCompletableFuture.");
      }
      next = running.waitingOn();
    }
  }
}
