package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.store.ObjectStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Garbage collection in other processes when this one's store is full: an unreachable ref holds its
 * object until a collector finds it. A process that receives such a request runs its collector,
 * with a pause between two runs. After a run that found something, the pause is four times the cost
 * of that run, so that a process which reads much and closes nothing does not delay others.
 * Otherwise it is ten times the cost and at least a second, so that a process which has nothing to
 * free is left alone. No pause is longer than 2.5 s. Safe for all threads.
 */
final class ClusterGarbageCollection {
  private static final int PAUSE_PER_COST_WHERE_FOUND = 4;
  private static final int PAUSE_PER_COST = 10;
  private static final long MIN_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);

  private final ObjectStore store;
  private final BackgroundTimer timer;
  private final Membership membership;
  private final NodeMessaging messaging;
  private final AtomicBoolean planned = new AtomicBoolean();
  private final AtomicBoolean wanted = new AtomicBoolean();
  private volatile CollectorRun last = new CollectorRun(System.nanoTime() - MAX_PAUSE_NANOS, 0, 0);

  /**
   * Finished run of the collector.
   *
   * @param end when it was over
   * @param cost how long it took, in nanoseconds
   * @param found how many unreachable objects had been found before it, see
   *     {@link ObjectStore#unreachableCount}
   */
  record CollectorRun(long end, long cost, long found) {
    /** Returns the earliest time of the next run if this one found something. */
    long nextWhereFound() {
      return end + Math.min(PAUSE_PER_COST_WHERE_FOUND * cost, MAX_PAUSE_NANOS);
    }

    /** Returns the earliest time of the next run in any case. */
    long next() {
      return end + Math.clamp(PAUSE_PER_COST * cost, MIN_PAUSE_NANOS, MAX_PAUSE_NANOS);
    }
  }

  ClusterGarbageCollection(ObjectStore store, NodeMessaging messaging, BackgroundTimer timer) {
    this.store = store;
    this.timer = timer;
    this.membership = messaging.membership();
    this.messaging = messaging;
  }

  /** Listens to other processes and to the store from now on. */
  void listen() {
    messaging.on(FrameKind.COLLECT_GARBAGE, this::onCollect);
    store.onFull(this::askAll);
  }

  /** Asks all peers, each time this process runs its own collector for want of memory. */
  private void askAll() {
    for (var peer : membership.peers()) {
      messaging.send(peer.id(), FrameWriter.of(FrameKind.COLLECT_GARBAGE).toBytes());
    }
  }

  private void onCollect(NodeId from, FrameReader frame) {
    wanted.set(true);
    plan();
  }

  /** Schedules a run, unless one is scheduled or in progress. */
  private void plan() {
    if (planned.compareAndSet(false, true)) {
      var before = last;
      scheduleAt(before.nextWhereFound(), () -> collectIfWorth(before));
    }
  }

  /**
   * Runs the collector at once if anything has been found since the last run began, by that run or
   * by one that this process made for itself; else when the longer pause is over.
   */
  private void collectIfWorth(CollectorRun before) {
    boolean found = store.unreachableCount() != before.found;
    scheduleAt(found ? System.nanoTime() : before.next(), this::collect);
  }

  private void scheduleAt(long moment, Runnable work) {
    timer.runAfter(Duration.ofNanos(Math.max(0, moment - System.nanoTime())), work);
  }

  /** Runs the collector; a request that arrives meanwhile is followed by another run. */
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
