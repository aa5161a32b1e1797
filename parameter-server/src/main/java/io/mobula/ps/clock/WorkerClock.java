package io.mobula.ps.clock;

import io.mobula.NodeId;
import java.io.Serializable;

/**
 * How far one worker has come with one shard.
 *
 * @param worker tells it from all others
 * @param rank what it joined with
 * @param node where it lives
 * @param endedSteps how many steps it has ended
 * @param sequence the number of its last push to that shard; 0 if there was none
 * @param departed whether it has left, after steps that others have not ended yet
 */
public record WorkerClock(
    long worker, int rank, NodeId node, long endedSteps, long sequence, boolean departed)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Nothing was pushed yet to a shard that takes over. */
  public WorkerClock withoutPushes() {
    return new WorkerClock(worker, rank, node, endedSteps, 0, departed);
  }
}
