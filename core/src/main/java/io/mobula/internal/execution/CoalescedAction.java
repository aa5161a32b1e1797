package io.mobula.internal.execution;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Action that is run again as long as it has been {@linkplain #request requested} since its last
 * run began. One thread at a time runs it. Safe for all threads. {@link #request} never waits: it
 * may return while another thread runs the action on its behalf.
 *
 * <p>The class makes decisions safe that are based on shared state which changes without a lock (a
 * view of the cluster, a map of bundles). The action reads the state, and then acts or waits; a
 * thread that has changed the state calls {@link #request} afterwards. Each request is followed by
 * a run that began after it, and no older run can finish later. So a decision based on an older
 * read can neither replace a newer one nor be the one that waits. The counter serves as the version
 * of the read, as in an event count (Reed and Kanodia, 1979).
 */
public final class CoalescedAction {
  private final Runnable action;
  private final AtomicInteger requests = new AtomicInteger(); // since the current run began

  /** Makes an action that has not run yet. */
  public CoalescedAction(Runnable action) {
    this.action = action;
  }

  /**
   * Requests a run of the action that begins after this call. The calling thread runs it at once,
   * unless another thread runs it at present, which then repeats it.
   *
   * @throws RuntimeException whatever the action throws; later requests are not affected
   */
  public void request() {
    if (requests.getAndIncrement() != 0) {
      return; // the thread that runs it repeats it
    }
    Throwable thrown = null;
    int seen = 1;
    do {
      thrown = firstOf(thrown, run());
      seen = requests.addAndGet(-seen);
    } while (seen != 0);
    rethrow(thrown);
  }

  private @Nullable Throwable run() {
    try {
      action.run();
      return null;
    } catch (RuntimeException | Error e) { // else all later requests would wait for this one
      return e;
    }
  }

  private static @Nullable Throwable firstOf(@Nullable Throwable one, @Nullable Throwable other) {
    return one == null ? other : one;
  }

  private static void rethrow(@Nullable Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
  }
}
