package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.internal.store.ObjectStore;
import java.time.Duration;
import java.util.concurrent.ExecutorService;

/**
 * Parts of one process that its tasks use on their way to an outcome.
 *
 * @param given what the engine depends on
 * @param slots runs slots, each on a thread of its own
 */
record TaskServices(
    TaskEngine.Dependencies given,
    TaskSettings settings,
    ExecutorService slots,
    PendingTasks pending,
    AdmissionLimiter admission,
    TaskQueues queues,
    SuspectTaskIsolator suspects) {

  ObjectStore store() {
    return given.store();
  }

  NodeId node() {
    return given.store().node();
  }

  /** Runs the action after a delay; returns what cancels it. */
  Runnable after(Duration delay, Runnable action) {
    return given.timer().after(delay, action);
  }
}
