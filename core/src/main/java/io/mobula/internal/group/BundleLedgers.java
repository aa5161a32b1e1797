package io.mobula.internal.group;

import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.placement.BundleCapacity;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import io.mobula.spi.ActorSpawner;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Ledgers of this node's bundles. Each accounts for the resources of a lease that the bundle holds
 * of the node's own ledger. Thread-safe; nothing blocks.
 */
final class BundleLedgers {
  private final Map<PlacementGroupId, SortedMap<Integer, LedgerClient>> open = new HashMap<>();
  private final Map<LedgerClient, Lease> leases = new HashMap<>();
  // requests for any bundle of a group
  private final Map<PlacementGroupId, Set<RacingLeaseRequest>> waiting = new HashMap<>();
  private long numbers;

  /** Open bundle and its ledger. */
  record OpenBundle(PlacementGroupId id, int bundle, LedgerClient ledger) {}

  /**
   * Opens a bundle for requests.
   *
   * @return its ledger
   */
  LedgerClient open(PlacementGroupId id, int bundle, Lease lease, ActorSpawner spawner) {
    LedgerClient ledger;
    Set<RacingLeaseRequest> early;
    synchronized (this) {
      ledger = LedgerClient.within(lease, spawner, "bundle-" + id + "-" + bundle + "-" + ++numbers);
      open.computeIfAbsent(id, key -> new TreeMap<>()).put(bundle, ledger);
      leases.put(ledger, lease);
      early = Set.copyOf(waiting.getOrDefault(id, Set.of()));
    }
    early.forEach(request -> request.askToo(ledger)); // before the same thread can close the ledger
    return ledger;
  }

  /**
   * Closes a bundle: it grants nothing more, and its lease is released when all leases out of it
   * are.
   */
  synchronized void close(PlacementGroupId id, int bundle) {
    var group = open.get(id);
    var ledger = group == null ? null : group.remove(bundle);
    if (group != null && group.isEmpty()) {
      open.remove(id);
    }
    if (ledger != null) {
      var lease = leases.remove(ledger);
      ledger.close(() -> release(lease));
    }
  }

  private static void release(@Nullable Lease lease) {
    if (lease != null) {
      lease.release();
    }
  }

  /** Requests a lease out of a bundle; returns false if no such bundle is on this node. */
  synchronized boolean acquire(PlacementGroupId id, int bundle, LeaseRequester requester) {
    var able = ledgers(id, bundle).stream()
        .filter(ledger -> BundleCapacity.covers(ledger.maximum(), requester.wanted()))
        .toList();
    if (able.isEmpty()) {
      return false;
    }
    if (bundle == Placement.Group.ANY) {
      var request = new RacingLeaseRequest(requester, ended -> forget(id, ended));
      waiting.computeIfAbsent(id, key -> new HashSet<>()).add(request);
      request.ask(able);
    } else {
      able.getFirst().acquire(requester);
    }
    return true;
  }

  private synchronized void forget(PlacementGroupId id, RacingLeaseRequest ended) {
    var all = waiting.get(id);
    if (all != null && all.remove(ended) && all.isEmpty()) {
      waiting.remove(id);
    }
  }

  /** Returns how many requests for any bundle are open, for tests. */
  synchronized int waiting() {
    return waiting.values().stream().mapToInt(Set::size).sum();
  }

  private Collection<LedgerClient> ledgers(PlacementGroupId id, int bundle) {
    var group = open.get(id);
    if (group == null) {
      return List.of();
    }
    if (bundle == Placement.Group.ANY) {
      return group.values();
    }
    var one = group.get(bundle);
    return one == null ? List.of() : List.of(one);
  }

  /** Scans the queues of the group's bundles again, as a request was withdrawn. */
  synchronized void rescanQueues(PlacementGroupId id) {
    ledgers(id, Placement.Group.ANY).forEach(LedgerClient::rescanQueue);
  }

  /** Returns all open bundles. */
  synchronized List<OpenBundle> all() {
    var all = new ArrayList<OpenBundle>();
    open.forEach((id, group) ->
        group.forEach((bundle, ledger) -> all.add(new OpenBundle(id, bundle, ledger))));
    return all;
  }
}
