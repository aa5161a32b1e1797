package io.mobula.ps.clock;

import io.mobula.NodeId;
import java.io.Serializable;

/**
 * How far one worker has come with one shard.
 *
 * @param worker tells it from all others
 * @param rank what it joined with
 * @param node where it lives
 * @param ended how many steps it has ended
 * @param sequence the number of its last push to that shard; 0 if there was none
 * @param gone whether it has left, after steps that others have not ended yet
 */
public record Mark(long worker, int rank, NodeId node, long ended, long sequence, boolean gone)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Nothing was pushed yet to a shard that takes over. */
  public Mark anew() {
    return new Mark(worker, rank, node, ended, 0, gone);
  }
}
