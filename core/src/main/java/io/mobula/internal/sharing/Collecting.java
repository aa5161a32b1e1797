package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.store.ObjectStore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks other processes to look for forgotten refs when this one's memory is full: a handle that
 * nobody reaches any more holds its object until a collector finds it. Rarely, as a collection
 * costs them a pause. Safe for all threads.
 */
final class Collecting {
  private static final int COLLECT = 10;
  private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long OBEY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final ObjectStore store;
  private final Membership membership;
  private final Lanes lanes;
  private final AtomicLong asked = new AtomicLong(System.nanoTime() - ASK_NANOS);
  private final AtomicLong obeyed = new AtomicLong(System.nanoTime() - OBEY_NANOS);

  Collecting(ObjectStore store, Membership membership, Lanes lanes, Router router) {
    this.store = store;
    this.membership = membership;
    this.lanes = lanes;
    router.on(COLLECT, this::onCollect);
    store.onFull(this::askAll);
  }

  private static boolean isDue(AtomicLong last, long interval) {
    long then = last.get();
    long now = System.nanoTime();
    return now - then >= interval && last.compareAndSet(then, now);
  }

  private void askAll() {
    if (isDue(asked, ASK_NANOS)) {
      for (var peer : membership.peers()) {
        lanes.send(peer.id(), new FrameWriter().octet(COLLECT).toBytes());
      }
    }
  }

  private void onCollect(NodeId from, FrameReader frame) {
    if (isDue(obeyed, OBEY_NANOS)) {
      store.callback(System::gc);
    }
  }
}
