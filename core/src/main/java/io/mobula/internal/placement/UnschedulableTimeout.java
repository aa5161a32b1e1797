package io.mobula.internal.placement;

import io.mobula.spi.DelayTimer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timeout of a request that no node can ever grant: a node that can may join in the meantime. Logs
 * a warning once, after a second. When the time is over it only triggers another placement attempt,
 * which decides: news of a suitable node may be on its way. Thread-safe.
 */
final class UnschedulableTimeout {
  private static final Logger LOG = LoggerFactory.getLogger(UnschedulableTimeout.class);
  private static final Duration WARN_DELAY = Duration.ofSeconds(1);

  private final TimeoutSettings settings;
  private final ClusterLeaseRequester requester;
  private final Runnable lookAgain;
  private @Nullable String why;
  private Runnable cancel = () -> {};
  private long period; // counts the periods in which the request was unschedulable
  private boolean over;
  private boolean said;

  /**
   * Settings of all requests' timeouts.
   *
   * @param limit how long an unschedulable request waits for a suitable node
   */
  record TimeoutSettings(Duration limit, DelayTimer timer) {}

  /**
   * Creates the timeout of one request.
   *
   * @param lookAgain runs when the time is over
   */
  UnschedulableTimeout(
      TimeoutSettings settings, ClusterLeaseRequester requester, Runnable lookAgain) {
    this.settings = settings;
    this.requester = requester;
    this.lookAgain = lookAgain;
  }

  /**
   * Notes that an attempt found no node that can ever grant the request.
   *
   * @return null while time is left, else the message for the requester
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

  /** Notes that a node can grant the request, or that the request is no longer wanted. */
  synchronized void reset() {
    cancel.run();
    cancel = () -> {};
    why = null;
    over = false;
  }

  /** Returns why no node can grant the request; null if one can. */
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
