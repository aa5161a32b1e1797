package io.mobula.internal.actor;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.placement.Resources;

/**
 * Factory of the entry that reports an actor's waiting calls: one for each actor, with their
 * number.
 */
final class WaitingCallsEntry {
  private WaitingCallsEntry() {}

  static WaitingWork of(long count, String actor, String why) {
    return new WaitingWork(
        (count == 1 ? "1 call of " : count + " calls of ") + actor, Resources.none(), why);
  }
}
