package io.mobula.internal.execution;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An action that is run again as long as somebody has {@linkplain #request requested} it since its
 * last run began: by one thread at a time, and never at the same time by two. Safe for all threads;
 * {@link #request} never waits, it may return while another thread runs the action on its behalf.
 *
 * <p>It is how a decision from a look at shared state (a view of the cluster, a map of bundles) is
 * made safe where the state changes without a lock. The action looks, and then acts or waits;
 * whoever has changed the state requests it afterwards. Each request is followed by a run that
 * began after it, and that run is the last one: a decision from an older look can neither replace a
 * newer one nor be the one that waits. The counter serves as the version of the look, as in an
 * event count (Reed and Kanodia, 1979).
 */
public final class CoalescedAction {
  private final Runnable action;
  private final AtomicInteger requests = new AtomicInteger(); // since the present run began

  /** Has not run yet. */
  public CoalescedAction(Runnable action) {
    this.action = action;
  }

  /**
   * Has the action run, from its beginning, after this call: now, or as soon as the thread that
   * runs it is done with its present run.
   *
   * @throws RuntimeException whatever the action throws; later requests are not affected
   */
  public void request() {
    if (requests.getAndIncrement() != 0) {
      return; // whoever runs it runs it again
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
    } catch (RuntimeException | Error e) { // or all later requests would wait for this one
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
