package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.internal.ledger.Lease;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Leases that this node has granted to other nodes, for actors and behaviors that those are to send
 * here. Safe for all threads.
 */
final class UnclaimedLeases {
  private final Map<LeaseKey, Lease> leases = new ConcurrentHashMap<>();

  private record LeaseKey(NodeId submitter, long number) {}

  /**
   * Adds a granted lease. Returns what releases it if the submitter does not want it any more,
   * unless an actor has taken it.
   */
  Runnable add(NodeId submitter, long number, Lease lease) {
    var key = new LeaseKey(submitter, number);
    leases.put(key, lease);
    return () -> giveUp(key);
  }

  private void giveUp(LeaseKey key) {
    var lease = leases.remove(key);
    if (lease != null) {
      lease.release();
    }
  }

  /**
   * Removes and returns a lease for work that the submitter has sent; null if the lease has ended.
   */
  @Nullable
  Lease take(NodeId submitter, long number) {
    return leases.remove(new LeaseKey(submitter, number));
  }
}
