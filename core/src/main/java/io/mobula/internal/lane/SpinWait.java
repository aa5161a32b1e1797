package io.mobula.internal.lane;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets threads that wait look out for some microseconds before they sleep, so that an answer which
 * comes at once needs no thread to be woken. In a cluster they take in frames themselves meanwhile:
 * one at a time does, the others wait as they would have. In a node that is alone they watch, no
 * more of them than there are processors. Where answers do not come at once it is hardly tried any
 * more. Safe for all threads.
 *
 * <p>The leader of the leader/followers pattern (Schmidt, O'Ryan, Kircher, Pyarali:
 * "Leader/Followers", PLoP 2000), for as long as waiting is short.
 */
public final class SpinWait {
  /** Looks out at nothing. */
  public static final SpinWait NONE = new SpinWait(null, 0);

  private static final int MOST_TRUST = 16;
  private static final int LOST_TRUST = 2;
  private static final int SELDOM = 16;
  private static final long WATCH_NANOS = TimeUnit.MICROSECONDS.toNanos(40);

  private final @Nullable PeerTransport peerTransport;
  private final int most;
  private final AtomicInteger watching = new AtomicInteger();
  private int trust = MOST_TRUST; // racy on purpose: a lost update costs one look
  private int declined;

  private SpinWait(@Nullable PeerTransport peerTransport, int most) {
    this.peerTransport = peerTransport;
    this.most = most;
  }

  /** For a node of a cluster. */
  static SpinWait forCluster(PeerTransport peerTransport) {
    return new SpinWait(peerTransport, 1);
  }

  /** For a node that is alone: whoever is waited for needs a processor, too. */
  public static SpinWait forSingleNode() {
    int processors = Runtime.getRuntime().availableProcessors();
    return processors == 1 ? NONE : new SpinWait(null, processors);
  }

  /** Whether there is anything to look out at; false where it has hardly ever been worth it. */
  public boolean isWorthwhile() {
    return most > 0 && (trust > 0 || declined++ % SELDOM == 0);
  }

  /**
   * Looks out until there is what the caller waits for, or it has not come for a while. Only for a
   * platform thread that runs no user's code and holds no lock.
   *
   * @return whether it is there
   */
  public boolean spinUntil(BooleanSupplier done) {
    if (most == 0) {
      return done.getAsBoolean();
    }
    boolean came = peerTransport == null ? watch(done) : peerTransport.pollUntil(done);
    trust = came ? Math.min(MOST_TRUST, trust + 1) : Math.max(0, trust - LOST_TRUST);
    return came;
  }

  private boolean watch(BooleanSupplier done) {
    try {
      if (watching.incrementAndGet() > most) {
        return done.getAsBoolean();
      }
      boolean isDone = done.getAsBoolean();
      for (long end = System.nanoTime() + WATCH_NANOS;
          !isDone && System.nanoTime() - end < 0;
          isDone = done.getAsBoolean()) {
        Thread.onSpinWait();
      }
      return isDone;
    } finally {
      watching.decrementAndGet();
    }
  }
}
