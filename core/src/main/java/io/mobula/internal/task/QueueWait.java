package io.mobula.internal.task;

import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Resources;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Description of what the first task of a queue waits for at one moment.
 *
 * @param wanted the resources of each task
 * @param tasks the number of tasks in the queue
 * @param asks whether the queue has asked for a lease
 * @param requests the number of lease requests so far
 * @param awaitsThread whether a lease was released as no thread could be started
 * @param hasSlots whether the queue has slots, here or on other nodes
 */
record QueueWait(
    Resources wanted,
    int tasks,
    boolean closed,
    boolean asks,
    long requests,
    boolean awaitsThread,
    boolean hasSlots) {

  /**
   * Returns the step for the wait chain.
   *
   * @param request finds the queue's open request for a lease, or null
   */
  WaitStep step(Supplier<@Nullable WaitPoint> request) {
    var what = "its queue has "
        + (tasks == 1 ? "1 task that requests " : tasks + " tasks that request ")
        + wanted + ",";
    if (closed) {
      return WaitStep.end(what + " and is closed", WaitCause.NOBODY);
    }
    if (asks) {
      return asking(what, request.get()).withVersion(requests);
    }
    if (awaitsThread) {
      return WaitStep.end(what + " and tries again to start a thread", WaitCause.TIMER);
    }
    return (hasSlots
            ? WaitStep.end(what + " and its slots are at work", WaitCause.RUNNING)
            : WaitStep.end(what + " has no slot, and waits for no lease", WaitCause.NOBODY))
        .withVersion(requests);
  }

  private static WaitStep asking(String what, @Nullable WaitPoint request) {
    return request == null
        ? WaitStep.end(
            what + " and expects a lease, for which there is no request", WaitCause.NOBODY)
        : WaitStep.via(what + " and waits for a lease", request);
  }
}
