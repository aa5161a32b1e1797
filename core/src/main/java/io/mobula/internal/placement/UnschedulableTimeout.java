package io.mobula.internal.placement;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a request is kept that no node can ever grant: one that can may join meanwhile. Says so
 * in the log once, after a second. When the time is over it only asks for another look, and that
 * look decides: the news of a node that can may be on its way. Safe for all threads.
 */
final class UnschedulableTimeout {
  private static final Logger LOG = LoggerFactory.getLogger(UnschedulableTimeout.class);
  private static final Duration WARN_DELAY = Duration.ofSeconds(1);

  private final TimeoutSettings settings;
  private final ClusterLeaseRequester requester;
  private final Runnable lookAgain;
  private @Nullable String why;
  private Runnable cancel = () -> {};
  private long period; // counts the times that it has begun to wait
  private boolean over;
  private boolean said;

  /**
   * What all requests have.
   *
   * @param limit how long they wait for a node that could grant them
   */
  record TimeoutSettings(Duration limit, ClusterLeaseSource.Timer timer) {}

  /**
   * Of one request.
   *
   * @param lookAgain is run when the time is over
   */
  UnschedulableTimeout(
      TimeoutSettings settings, ClusterLeaseRequester requester, Runnable lookAgain) {
    this.settings = settings;
    this.requester = requester;
    this.lookAgain = lookAgain;
  }

  /**
   * A look has found that no node can grant it.
   *
   * @return null while there is time left, else what to tell whoever wants it
   */
  synchronized @Nullable String markUnschedulable(String reason) {
    boolean first = why == null;
    why = reason;
    if (first) {
      long present = ++period;
      var untilSaid = settings.limit().compareTo(WARN_DELAY) < 0 ? settings.limit() : WARN_DELAY;
      cancel = settings.timer().after(untilSaid, () -> say(present));
    }
    return over
        ? "asks for " + requester.wanted() + ", but " + reason + ". Waited " + settings.limit()
            + " for such a node, as mobula.placement.unschedulable-timeout says. Ask for less, or add a node that has as much."
        : null;
  }

  /** There is a node that can, or nobody wants it any more. */
  synchronized void reset() {
    cancel.run();
    cancel = () -> {};
    why = null;
    over = false;
  }

  /** Why no node can grant it; null if one can. */
  synchronized @Nullable String why() {
    return why;
  }

  private synchronized void say(long of) {
    if (why == null || of != period) {
      return;
    }
    if (!said) {
      said = true;
      LOG.warn(
          "{} asks for {}: {}. It waits for such a node for {}.",
          requester.description(),
          requester.wanted(),
          why,
          settings.limit());
    }
    var left = settings.limit().minus(WARN_DELAY);
    cancel = settings.timer().after(left.isNegative() ? Duration.ZERO : left, () -> end(of));
  }

  private void end(long of) {
    synchronized (this) {
      if (why == null || of != period) {
        return;
      }
      over = true;
    }
    lookAgain.run();
  }
}
