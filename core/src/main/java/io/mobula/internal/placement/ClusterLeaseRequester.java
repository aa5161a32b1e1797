package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.error.MobulaException;
import io.mobula.internal.ledger.LeaseRequester;
import java.util.Map;
import java.util.function.Function;

/**
 * Somebody whose work may run on any node that fits: a queue of tasks, or an actor to be. Has at
 * most one request outstanding; it ends with exactly one of {@link #granted}, {@link #grantedAt}
 * and {@link #refused}, or lapses. Called on threads that must not be blocked.
 */
public interface ClusterLeaseRequester extends LeaseRequester {

  /** What the lease is for, as the node that grants it must know. */
  enum Purpose {
    /** A slot that runs tasks. */
    TASKS,
    /** An actor. */
    ACTOR
  }

  /** What the lease is for. */
  Purpose purpose();

  /** Where it should be. */
  Placement placement();

  /** How many bytes of its arguments each node has. */
  default Map<NodeId, Long> argumentBytes() {
    return Map.of();
  }

  /** Another node has granted the request; its lease must be given back to it some time. */
  void grantedAt(NodeId node, long lease);

  /**
   * No node can ever grant it, or the one that has cannot run it.
   *
   * @param why makes the exception, given the name of whoever wanted it
   */
  void refused(Function<String, MobulaException> why);
}
