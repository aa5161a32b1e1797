package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.placement.Placement;
import java.util.Map;
import java.util.function.Function;

/**
 * Requester whose work may run on any suitable node: the task queue of a scheduling class, or an
 * actor to be created. It has at most one outstanding request, which ends with exactly one of
 * {@link #granted}, {@link #grantedAt} and {@link #refused}, or is withdrawn. Called on threads
 * that must not block.
 */
public interface ClusterLeaseRequester extends LeaseRequester {

  /** Purpose of a lease, which the granting node must know. */
  enum Purpose {
    /** Lease of a slot that runs tasks. */
    TASKS,
    /** Lease of an actor for its lifetime. */
    ACTOR
  }

  /** Returns the purpose of the leases. */
  Purpose purpose();

  /** Returns the wanted placement of the work. */
  Placement placement();

  /** Returns how many bytes of the arguments each node has. */
  default Map<NodeId, Long> argumentBytes() {
    return Map.of();
  }

  /**
   * Takes the number of a lease that another node has granted. The lease must be released to that
   * node eventually.
   */
  void grantedAt(NodeId node, long lease);

  /**
   * Notes that no node can ever grant the request, or that the granting node cannot run the work.
   *
   * @param why makes the exception from the requester's name
   */
  void refused(Function<String, MobulaException> why);
}
