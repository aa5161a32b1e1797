package io.mobula.internal.lane;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Adaptive spin of threads that wait: they poll for some microseconds before they park, so that a
 * quick reply does not have to wake a thread. In a cluster, a waiting thread polls the rings of its
 * process; one thread at a time does, and the others park as usual. In a single node, waiting
 * threads check their condition, at most as many of them as there are processors. Where replies
 * have not come in time lately, spinning is tried rarely. Safe for all threads.
 *
 * <p>This is the leader of the leader/followers pattern (Schmidt, O'Ryan, Kircher, Pyarali:
 * "Leader/Followers", PLoP 2000), limited to short waits.
 */
public final class SpinWait {
  /** Spin wait that never spins. */
  public static final SpinWait NONE = new SpinWait(null, 0);

  private static final int MAX_TRUST = 16;
  private static final int LOST_TRUST = 2;
  private static final int SELDOM = 16;
  private static final long WATCH_NANOS = TimeUnit.MICROSECONDS.toNanos(40);

  private final @Nullable PeerTransport peerTransport;
  private final int max;
  private final AtomicInteger watching = new AtomicInteger();
  private int trust = MAX_TRUST; // racy on purpose: a lost update costs one spin
  private int declined;

  private SpinWait(@Nullable PeerTransport peerTransport, int max) {
    this.peerTransport = peerTransport;
    this.max = max;
  }

  /** Creates a spin wait that polls the rings of a cluster's node. */
  static SpinWait forCluster(PeerTransport peerTransport) {
    return new SpinWait(peerTransport, 1);
  }

  /**
   * Creates a spin wait for a single node. The thread that is waited for needs a processor, too.
   */
  public static SpinWait forSingleNode() {
    int processors = Runtime.getRuntime().availableProcessors();
    return processors == 1 ? NONE : new SpinWait(null, processors);
  }

  /** Returns whether spinning may pay; false most of the time where it has hardly ever paid. */
  public boolean isWorthwhile() {
    return max > 0 && (trust > 0 || declined++ % SELDOM == 0);
  }

  /**
   * Spins until the condition holds or some time has passed. Only for a platform thread that runs
   * no user code and holds no lock.
   *
   * @return whether the condition holds
   */
  public boolean spinUntil(BooleanSupplier done) {
    if (max == 0) {
      return done.getAsBoolean();
    }
    boolean came = peerTransport == null ? watch(done) : peerTransport.pollUntil(done);
    trust = came ? Math.min(MAX_TRUST, trust + 1) : Math.max(0, trust - LOST_TRUST);
    return came;
  }

  private boolean watch(BooleanSupplier done) {
    try {
      if (watching.incrementAndGet() > max) {
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
