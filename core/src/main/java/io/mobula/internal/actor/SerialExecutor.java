package io.mobula.internal.actor;

import io.mobula.internal.process.HeapExhaustion;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executor that runs actions one at a time, in order, on the submitting threads. State that only
 * these actions touch needs no lock. An action that submits another one finishes first. Never
 * blocks: an action that arrives while another runs is left to the running thread.
 */
final class SerialExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

  private final Queue<Runnable> actions = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /** Runs the action now or soon. The action must not block. */
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
    } catch (Throwable broken) { // later actions must run all the same
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("A turn of an actor's bookkeeping failed", broken);
    }
  }
}
