package io.mobula.internal.placement;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a request is kept that no node can ever grant: one that can may join meanwhile. Says so
 * in the log once, after a second. Safe for all threads.
 */
final class Patience {
  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
  private static final Duration UNTIL_SAID = Duration.ofSeconds(1);

  private final Terms terms;
  private final Wanting wanting;
  private final Consumer<String> giveUp;
  private @Nullable String why;
  private Runnable cancel = () -> {};
  private boolean said;

  /**
   * What all requests have.
   *
   * @param limit how long they wait for a node that could grant them
   */
  record Terms(Duration limit, Placer.Timer timer) {}

  /**
   * Of one request.
   *
   * @param giveUp is told why, when the time is over
   */
  Patience(Terms terms, Wanting wanting, Consumer<String> giveUp) {
    this.terms = terms;
    this.wanting = wanting;
    this.giveUp = giveUp;
  }

  /** No node can grant it, so far. */
  synchronized void hopeless(String reason) {
    boolean first = why == null;
    why = reason;
    if (first) {
      var untilSaid = terms.limit().compareTo(UNTIL_SAID) < 0 ? terms.limit() : UNTIL_SAID;
      cancel = terms.timer().after(untilSaid, this::say);
    }
  }

  /** There is a node that can, or nobody wants it any more. */
  synchronized void hopeful() {
    cancel.run();
    cancel = () -> {};
    why = null;
  }

  /** Why no node can grant it; null if one can. */
  synchronized @Nullable String why() {
    return why;
  }

  private synchronized void say() {
    if (why == null) {
      return;
    }
    if (!said) {
      said = true;
      LOG.warn(
          "{} asks for {}: {}. It waits for such a node for {}.",
          wanting.what(),
          wanting.wanted(),
          why,
          terms.limit());
    }
    var left = terms.limit().minus(UNTIL_SAID);
    cancel = terms.timer().after(left.isNegative() ? Duration.ZERO : left, this::over);
  }

  private void over() {
    var reason = why();
    if (reason != null) {
      giveUp.accept(
          "asks for " + wanting.wanted() + ", but " + reason
              + ". Waited " + terms.limit()
              + " for such a node, as mobula.placement.unschedulable-timeout says. Ask for less, or add a node that has as much.");
    }
  }
}
