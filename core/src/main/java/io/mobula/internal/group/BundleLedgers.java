package io.mobula.internal.group;

import io.mobula.Placement;
import io.mobula.PlacementGroupId;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.placement.BundleCapacity;
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
 * The ledgers of this node's bundles: each of what a lease for life of the node's own ledger holds.
 * Safe for all threads; nothing blocks.
 */
final class BundleLedgers {
  private final Map<PlacementGroupId, SortedMap<Integer, LedgerClient>> open = new HashMap<>();
  private final Map<LedgerClient, Lease> leases = new HashMap<>();
  private final Map<PlacementGroupId, Set<RacingLeaseRequest>> waiting =
      new HashMap<>(); // for any bundle
  private long numbers;

  /** A bundle and its ledger. */
  record OpenBundle(PlacementGroupId id, int bundle, LedgerClient ledger) {}

  /**
   * A bundle takes requests from now on.
   *
   * @return its ledger
   */
  LedgerClient open(PlacementGroupId id, int bundle, Lease lease, LedgerClient.Spawner spawner) {
    LedgerClient ledger;
    Set<RacingLeaseRequest> early;
    synchronized (this) {
      ledger = LedgerClient.within(lease, spawner, "bundle-" + id + "-" + bundle + "-" + ++numbers);
      open.computeIfAbsent(id, key -> new TreeMap<>()).put(bundle, ledger);
      leases.put(ledger, lease);
      early = Set.copyOf(waiting.getOrDefault(id, Set.of()));
    }
    early.forEach(request -> request.askToo(ledger)); // before the same thread can close it
    return ledger;
  }

  /** A bundle takes none any more; its lease goes back when all that it granted has. */
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

  /** See {@link io.mobula.internal.placement.GroupBundles#acquire}. */
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

  /** For tests: how many requests for any bundle have not ended. */
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

  /** Somebody wants no more. */
  synchronized void rescanQueues(PlacementGroupId id) {
    ledgers(id, Placement.Group.ANY).forEach(LedgerClient::rescanQueue);
  }

  /** All there are. */
  synchronized List<OpenBundle> all() {
    var all = new ArrayList<OpenBundle>();
    open.forEach((id, group) ->
        group.forEach((bundle, ledger) -> all.add(new OpenBundle(id, bundle, ledger))));
    return all;
  }
}
