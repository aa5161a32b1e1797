package io.mobula.internal.cluster;

import io.mobula.internal.memory.StoreAddress;
import io.mobula.internal.memory.StoreLivenessProbe;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of a member that is suspected, and what is known of its process beyond its
 * heartbeats. Thread-safe.
 */
final class SuspectedMember {
  private static final long BETWEEN_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
  private static final long BETWEEN_PROBES_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Finding of a check of the process. */
  enum Finding {
    /** The process is alive: its life lock is held, and its progress word moves or did recently. */
    ALIVE,
    /** The process exists but has been stalled for the configured time. */
    STOPPED,
    /** The process is dead beyond doubt. */
    DEAD,
    /** The state of the process is not known here. */
    UNKNOWN
  }

  private final SystemAddress systemAddress;
  private final @Nullable StoreAddress store;
  private final ProgressObserver stillness = new ProgressObserver();
  private Finding last = Finding.UNKNOWN;
  private @Nullable String cause;
  private long looked;
  private boolean hasLooked;
  private long probed;
  private boolean hasProbed;
  private boolean probing;

  /**
   * Creates the record of that incarnation.
   *
   * @param store its store if that is on this host and shared with this process
   */
  SuspectedMember(SystemAddress systemAddress, @Nullable StoreAddress store) {
    this.systemAddress = systemAddress;
    this.store = store;
  }

  SystemAddress systemAddress() {
    return systemAddress;
  }

  /** Returns how the process is known to be dead; null if it is not. */
  synchronized @Nullable String cause() {
    return cause;
  }

  /**
   * Checks the files of the process, unless they have just been checked.
   *
   * @param now by a clock that advances only while this process runs
   * @param stoppedAfter how many nanoseconds the progress word must stand still
   */
  synchronized Finding look(long now, long stoppedAfter) {
    if (cause == null && store != null && (!hasLooked || now - looked >= BETWEEN_LOOKS_NANOS)) {
      hasLooked = true;
      looked = now;
      if (StoreLivenessProbe.hasEnded(store)) {
        markDead("its process has died");
      } else {
        long still = stillness.observe(StoreLivenessProbe.progress(store), now);
        last = still < stoppedAfter ? Finding.ALIVE : Finding.STOPPED;
      }
    }
    return last;
  }

  /**
   * Returns whether the port is to be probed now; the caller probes it and then calls
   * {@link #probed}.
   */
  synchronized boolean beginProbe(long now) {
    if (cause != null
        || store != null
        || probing
        || (hasProbed && now - probed < BETWEEN_PROBES_NANOS)) {
      return false;
    }
    probing = true;
    hasProbed = true;
    probed = now;
    return true;
  }

  /** Records what the probe of the port found. */
  synchronized void probed(boolean refused) {
    probing = false;
    if (refused) {
      markDead("its host answers and refuses its port");
    }
  }

  /** Marks the process as dead beyond doubt. */
  synchronized void markDead(String how) {
    if (cause == null) {
      cause = how;
      last = Finding.DEAD;
    }
  }
}
