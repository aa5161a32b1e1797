package io.mobula.internal.sharing;

import io.mobula.internal.store.StoreThreads;
import io.mobula.spi.DelayTimer;
import java.time.Duration;

/**
 * Timer of work that may wait for disks and other processes. Work whose time comes after this node
 * has closed does not run.
 *
 * @param timer the node's timer
 * @param threads run the work
 */
record BackgroundTimer(DelayTimer timer, StoreThreads threads) {
  /** Runs the work after the delay. */
  void runAfter(Duration delay, Runnable work) {
    timer.after(delay, () -> threads.runInBackground(work));
  }
}
