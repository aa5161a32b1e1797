package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.internal.wait.WaitStep.Work;
import java.util.HashMap;
import java.util.Map;

/**
 * Asks each other process a limited number of questions, since a process has a word for what it
 * waits for as often as a program has calls under way. Belongs to one thread.
 */
final class PeerQueryLimiter implements WaitChainWalker.PeerQueries {
  static final int DEFAULT_LIMIT = 64;

  private final WaitChainWalker.PeerQueries peers;
  private final Map<NodeId, Integer> asked = new HashMap<>();
  private int most = DEFAULT_LIMIT;
  private boolean usedUp;

  PeerQueryLimiter(WaitChainWalker.PeerQueries peers) {
    this.peers = peers;
  }

  /** From now on each may be asked so often. */
  void resetLimit(int questions) {
    asked.clear();
    most = questions;
    usedUp = false;
  }

  /** Whether one of them has been asked as often as it may be. */
  boolean isExhausted() {
    return usedUp;
  }

  @Override
  public WaitStep query(NodeId peer, Work work, long nanos) {
    int times = asked.merge(peer, 1, Integer::sum);
    usedUp |= times >= most;
    return (times > most ? NOBODY : peers).query(peer, work, nanos);
  }
}
