package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.internal.wait.WaitStep.Work;
import java.util.HashMap;
import java.util.Map;

/**
 * Limiter of the queries to each other process, as the number of waits for a process grows with the
 * number of a program's calls. Belongs to one thread.
 */
final class PeerQueryLimiter implements WaitChainWalker.PeerQueries {
  static final int DEFAULT_LIMIT = 64;

  private final WaitChainWalker.PeerQueries peers;
  private final Map<NodeId, Integer> asked = new HashMap<>();
  private int max = DEFAULT_LIMIT;
  private boolean usedUp;

  PeerQueryLimiter(WaitChainWalker.PeerQueries peers) {
    this.peers = peers;
  }

  /** Starts to count again, with this many queries allowed for each process. */
  void resetLimit(int questions) {
    asked.clear();
    max = questions;
    usedUp = false;
  }

  /** Returns whether the limit of any process has been reached. */
  boolean isExhausted() {
    return usedUp;
  }

  @Override
  public WaitStep query(NodeId peer, Work work, long nanos) {
    int times = asked.merge(peer, 1, Integer::sum);
    usedUp |= times >= max;
    return (times > max ? NOBODY : peers).query(peer, work, nanos);
  }
}
