package io.mobula.internal.store;

import io.mobula.NodeId;
import java.util.Objects;

/**
 * What is sent along a chain of waiting executions to find out whether it ends where it began.
 *
 * @param initiator the node where it began
 * @param number of the wait there that it is about
 * @param round how often that wait has sent probes
 * @param wanted which of the things waited for it follows
 * @param yields whether a wait of a higher rank takes its place; not where the initiator does not
 *     count as waiting for others' probes
 * @param hops how many processes it may still go to
 */
public record DeadlockProbe(
    NodeId initiator, long number, int round, int wanted, boolean yields, int hops) {
  /** Farther than any chain of calls that somebody meant. */
  static final int MOST_HOPS = 64;

  /** Refuses a null initiator. */
  public DeadlockProbe {
    Objects.requireNonNull(initiator, "initiator");
  }

  DeadlockProbe onward() {
    return new DeadlockProbe(initiator, number, round, wanted, yields, hops - 1);
  }
}
