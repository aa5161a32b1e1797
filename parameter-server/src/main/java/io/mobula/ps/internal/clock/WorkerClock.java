package io.mobula.ps.internal.clock;

import io.mobula.NodeId;
import java.io.Serializable;

/**
 * Progress of one worker, as one shard knows it.
 *
 * @param worker unique number of the worker
 * @param rank rank that the worker joined with
 * @param node node that the worker runs on
 * @param endedSteps number of steps that the worker has ended
 * @param sequence sequence number of its last push to that shard; 0 if there was none
 * @param departed whether it has left, after steps that others have not ended yet
 */
public record WorkerClock(
    long worker, int rank, NodeId node, long endedSteps, long sequence, boolean departed)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Returns this clock for a shard that has received no push yet. */
  public WorkerClock withoutPushes() {
    return new WorkerClock(worker, rank, node, endedSteps, 0, departed);
  }
}
