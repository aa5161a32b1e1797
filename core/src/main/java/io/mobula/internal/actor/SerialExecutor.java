package io.mobula.internal.actor;

import io.mobula.internal.process.HeapExhaustion;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs actions one after the other in the order they came, on the threads that bring them. What
 * they touch needs no lock, and an action that leads to another one of the same turns is finished
 * first. Never waits: an action that comes while one runs is left to the thread that runs.
 */
final class SerialExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

  private final Queue<Runnable> actions = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /** Runs the action now or soon. It must not block. */
  void execute(Runnable action) {
    actions.add(action);
    if (waiting.getAndIncrement() > 0) {
      return;
    }
    do {
      var next = actions.poll();
      if (next != null) {
        run(next);
      }
    } while (waiting.decrementAndGet() > 0);
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (Throwable broken) { // those behind it must have their turn
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("A turn of an actor's bookkeeping failed", broken);
    }
  }
}
