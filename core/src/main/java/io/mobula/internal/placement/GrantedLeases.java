package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.LeaseGranter.LeaseHost;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Table of the leases that other nodes use in this process or in its workers, by number, and of the
 * hosts that can use one. Thread-safe.
 */
final class GrantedLeases {
  private final Membership membership;
  private final Map<Long, GrantedLease> granted = new ConcurrentHashMap<>();
  private final Map<ClusterLeaseRequester.Purpose, LeaseHost> hosts =
      new EnumMap<>(ClusterLeaseRequester.Purpose.class);

  GrantedLeases(Membership membership) {
    this.membership = membership;
  }

  /** Sets the host of work for a purpose; before the first lease. */
  void setHost(ClusterLeaseRequester.Purpose purpose, LeaseHost host) {
    hosts.put(purpose, host);
  }

  /** Returns the host of work for a purpose, or null. */
  @Nullable
  LeaseHost host(ClusterLeaseRequester.Purpose purpose) {
    return hosts.get(purpose);
  }

  int size() {
    return granted.size();
  }

  boolean anyMatch(Predicate<GrantedLease> condition) {
    return granted.values().stream().anyMatch(condition);
  }

  void add(long number, GrantedLease lease) {
    granted.put(number, lease);
  }

  /** Starts the use of a lease that another node's ledger has granted. */
  void open(ClusterLeaseRequester.Purpose purpose, NodeId submitter, long number, Lease lease) {
    var host = host(purpose);
    if (host == null) {
      lease.release();
      return;
    }
    var grantedLease = new GrantedLease(submitter);
    add(number, grantedLease);
    grantedLease.attach(host.open(submitter, number, lease));
    // the submitter left, perhaps before the lease was stored
    if (membership.peer(submitter) == null) {
      end(number);
    }
  }

  /** Removes a lease, and ends its use. */
  void end(long number) {
    var lease = granted.remove(number);
    if (lease != null) {
      lease.end();
    }
  }

  /** Removes all such leases, and ends their uses. */
  void endAll(Predicate<GrantedLease> condition) {
    granted.forEach((number, lease) -> {
      if (condition.test(lease)) {
        end(number);
      }
    });
  }

  /** Removes a lease whose use has ended. */
  void remove(long number) {
    granted.remove(number);
  }
}
