package io.mobula.testkit.fault;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * Fault with its time and its node.
 *
 * @param at time since the start of the plan
 * @param node number of the node, from 0
 * @param fault the fault
 */
public record PlannedFault(Duration at, int node, Fault fault) {
  /** Refuses nulls and negative numbers. */
  public PlannedFault {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(fault, "fault");
    if (at.isNegative() || node < 0) {
      throw new IllegalArgumentException("Wanted a fault at " + at + " of node " + node);
    }
  }

  /** Returns when the node is a member again. */
  Duration outageEnd() {
    return at.plus(fault.outage());
  }

  /** Returns a text such as {@code at 12.3 s, node 2: Kill[]}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "at %.1f s, node %d: %s", at.toMillis() / 1e3, node, fault);
  }
}
