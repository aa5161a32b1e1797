package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.store.ObjectStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks other processes to look for forgotten refs when this one's memory is full: a handle that
 * nobody reaches any more holds its object until a collector finds it. Not more often than once a
 * second, and less where a collection takes long; and often enough that whoever waits for room,
 * {@code mobula.store.full-timeout}, sees several. Safe for all threads.
 */
final class Collecting {
  private static final int COLLECT = 10;
  private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);
  private static final int PAUSE_PER_COST = 10;

  private final ObjectStore store;
  private final Membership membership;
  private final Lanes lanes;
  private final AtomicLong asked = new AtomicLong(System.nanoTime() - ASK_NANOS);
  private final AtomicBoolean planned = new AtomicBoolean();
  private volatile long nextRun = System.nanoTime();

  Collecting(ObjectStore store, Membership membership, Lanes lanes, Router router) {
    this.store = store;
    this.membership = membership;
    this.lanes = lanes;
    router.on(COLLECT, this::onCollect);
    store.onFull(this::askAll);
  }

  private void askAll() {
    long then = asked.get();
    long now = System.nanoTime();
    if (now - then >= ASK_NANOS && asked.compareAndSet(then, now)) {
      for (var peer : membership.peers()) {
        lanes.send(peer.id(), new FrameWriter().octet(COLLECT).toBytes());
      }
    }
  }

  /** Each request is followed by a run that begins after it, soon enough for whoever waits. */
  private void onCollect(NodeId from, FrameReader frame) {
    if (planned.compareAndSet(false, true)) {
      long pause = Math.max(0, nextRun - System.nanoTime());
      CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS, store::callback)
          .execute(this::collect);
    }
  }

  private void collect() {
    planned.set(false);
    long begun = System.nanoTime();
    store.endIdleViews();
    System.gc();
    long now = System.nanoTime();
    nextRun =
        now + Math.clamp(PAUSE_PER_COST * (now - begun), SHORTEST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
  }
}
