package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.internal.wait.WaitStep.Work;
import java.util.HashMap;
import java.util.Map;

/**
 * Asks each other process a limited number of questions, since a process has a word for what it
 * waits for as often as a program has calls under way. Belongs to one thread.
 */
final class RationedPeers implements ChainWalker.Peers {
  static final int USUAL = 64;

  private final ChainWalker.Peers peers;
  private final Map<NodeId, Integer> asked = new HashMap<>();
  private int most = USUAL;
  private boolean usedUp;

  RationedPeers(ChainWalker.Peers peers) {
    this.peers = peers;
  }

  /** From now on each may be asked so often. */
  void ration(int questions) {
    asked.clear();
    most = questions;
    usedUp = false;
  }

  /** Whether one of them has been asked as often as it may be. */
  boolean isUsedUp() {
    return usedUp;
  }

  @Override
  public WaitStep look(NodeId peer, Work work, long nanos) {
    int times = asked.merge(peer, 1, Integer::sum);
    usedUp |= times >= most;
    return (times > most ? NOBODY : peers).look(peer, work, nanos);
  }
}
