package io.mobula.internal.cluster;

import io.mobula.internal.memory.StoreAddress;
import io.mobula.internal.memory.StoreLivenessProbe;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of a member, and what is known of its process beyond its heartbeats. Safe for all
 * threads.
 */
final class SuspectedMember {
  private static final long BETWEEN_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
  private static final long BETWEEN_PROBES_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What a look at it found. */
  enum Finding {
    /** Its process runs: its life lock is held and its progress word moves, or did lately. */
    ALIVE,
    /** Its process is there, and has stood still for as long as is waited for. */
    STOPPED,
    /** Its process is dead beyond doubt. */
    DEAD,
    /** Nothing here tells. */
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
   * That member.
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

  /** How it is known to be dead; null if it is not. */
  synchronized @Nullable String cause() {
    return cause;
  }

  /**
   * Looks at its files, unless somebody just has.
   *
   * @param now on a clock that goes on only while this process runs
   * @param stoppedAfter for how many nanoseconds its progress word must have stood still
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

  /** Whether its port is to be probed now; the caller does, and says {@link #probed}. */
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

  /** What the probe of its port found. */
  synchronized void probed(boolean refused) {
    probing = false;
    if (refused) {
      markDead("its host answers and refuses its port");
    }
  }

  /** It is known to be dead. */
  synchronized void markDead(String how) {
    if (cause == null) {
      cause = how;
      last = Finding.DEAD;
    }
  }
}
