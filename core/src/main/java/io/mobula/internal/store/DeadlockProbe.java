package io.mobula.internal.store;

import io.mobula.NodeId;
import java.util.Objects;

/**
 * Probe that follows a chain of waiting executions to find out whether the chain returns to its
 * start.
 *
 * @param initiator the node where the chain starts
 * @param number number of the wait at the initiator
 * @param round how often that wait has sent probes
 * @param wanted index of the entry of that wait which the probe follows
 * @param yields whether the probe ends at a wait of a higher rank; false where the initiator is not
 *     blocked for everybody who waits for it
 * @param hops number of further processes that the probe may visit
 */
public record DeadlockProbe(
    NodeId initiator, long number, int round, int wanted, boolean yields, int hops) {
  /** Largest number of processes in a chain: more than any intended chain of calls has. */
  static final int MAX_HOPS = 64;

  /** Refuses a null initiator. */
  public DeadlockProbe {
    Objects.requireNonNull(initiator, "initiator");
  }

  DeadlockProbe onward() {
    return new DeadlockProbe(initiator, number, round, wanted, yields, hops - 1);
  }
}
