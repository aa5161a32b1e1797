package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.store.ObjectStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Asks other processes to look for forgotten refs and views when this one's memory is full: a
 * handle that nobody reaches any more holds its object until a collector finds it. A process that
 * is asked runs its collector after each request, but pauses between two runs: for four times the
 * cost of the last one if that found something, so that a process which reads much and closes
 * nothing does not keep others waiting; else for ten times its cost and at least a second, so that
 * a process which has nothing to give is left alone. No pause is longer than 2.5 s. Safe for all
 * threads.
 */
final class ClusterGarbageCollection {
  private static final int COLLECT = 10;
  private static final int PAUSE_PER_COST_WHERE_FOUND = 4;
  private static final int PAUSE_PER_COST = 10;
  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);

  private final ObjectStore store;
  private final Membership membership;
  private final PeerTransport peerTransport;
  private final AtomicBoolean planned = new AtomicBoolean();
  private final AtomicBoolean wanted = new AtomicBoolean();
  private volatile CollectorRun last =
      new CollectorRun(System.nanoTime() - LONGEST_PAUSE_NANOS, 0, 0);

  /**
   * A run of the collector.
   *
   * @param end when it was over
   * @param cost how long it took, in nanoseconds
   * @param found how much had been found before it, see {@link ObjectStore#unreachableCount}
   */
  record CollectorRun(long end, long cost, long found) {
    /** From when on another may begin, if this one found something. */
    long nextWhereFound() {
      return end + Math.min(PAUSE_PER_COST_WHERE_FOUND * cost, LONGEST_PAUSE_NANOS);
    }

    /** From when on another may begin in any case. */
    long next() {
      return end + Math.clamp(PAUSE_PER_COST * cost, SHORTEST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
    }
  }

  ClusterGarbageCollection(
      ObjectStore store, Membership membership, PeerTransport peerTransport, FrameRouter router) {
    this.store = store;
    this.membership = membership;
    this.peerTransport = peerTransport;
    router.on(COLLECT, this::onCollect);
    store.onFull(this::askAll);
  }

  /** Asks all peers, each time this process runs its own collector for want of room. */
  private void askAll() {
    for (var peer : membership.peers()) {
      peerTransport.send(peer.id(), new FrameWriter().octet(COLLECT).toBytes());
    }
  }

  private void onCollect(NodeId from, FrameReader frame) {
    wanted.set(true);
    plan();
  }

  /** One run at a time is planned or goes on. */
  private void plan() {
    if (planned.compareAndSet(false, true)) {
      var before = last;
      scheduleAt(before.nextWhereFound(), () -> collectIfWorth(before));
    }
  }

  /**
   * Collects at once if anything has been found since the last run began, by it or by a run of this
   * process for its own sake; else when the longer pause is over.
   */
  private void collectIfWorth(CollectorRun before) {
    boolean found = store.unreachableCount() != before.found;
    scheduleAt(found ? System.nanoTime() : before.next(), this::collect);
  }

  private void scheduleAt(long moment, Runnable work) {
    CompletableFuture.delayedExecutor(
            Math.max(0, moment - System.nanoTime()), TimeUnit.NANOSECONDS, store::runInBackground)
        .execute(work);
  }

  /** A request that comes while it goes on is followed by another run. */
  private void collect() {
    wanted.set(false);
    long found = store.unreachableCount();
    long begun = System.nanoTime();
    try {
      store.endIdleViews();
      System.gc();
    } finally {
      long end = System.nanoTime();
      last = new CollectorRun(end, end - begun, found);
      planned.set(false);
    }
    if (wanted.get()) {
      plan();
    }
  }
}
