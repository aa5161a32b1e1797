package io.mobula.internal.placement;

import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.placement.Placement;
import org.jspecify.annotations.Nullable;

/**
 * Ledgers of this node: one of the node itself, and one of each bundle of a placement group here.
 *
 * @param node the ledger of the node
 * @param bundles the bundles of placement groups
 */
record OwnLedgers(LedgerClient node, GroupBundles bundles) {

  /**
   * Requests a lease for work in that group, or in none.
   *
   * @return false if the group has no such bundle here; the requester is not called back then
   */
  boolean acquire(Placement.@Nullable Group group, LeaseRequester requester) {
    if (group != null) {
      return bundles.acquire(group.group().id(), group.bundle(), requester);
    }
    node.acquire(requester);
    return true;
  }

  /** Scans the queues again that work in that group, or in none, was in: it was withdrawn. */
  void rescanQueue(Placement.@Nullable Group group) {
    if (group != null) {
      bundles.rescanQueues(group.group().id());
    } else {
      node.rescanQueue();
    }
  }
}
