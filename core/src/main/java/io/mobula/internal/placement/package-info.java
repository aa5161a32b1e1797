/**
 * Placement of work: which node runs a task, an actor or a bundle, and how it gets a lease there.
 *
 * <h2>The problem</h2>
 *
 * Work is submitted on any node, and every node's ledger grants only its own resources. A submitter
 * must choose a node by information that is some milliseconds old, must not keep work waiting at a
 * busy node while another is free, and must tell "not now" from "never".
 *
 * <h2>The idea</h2>
 *
 * Each node gossips a report of its resources ({@code ResourceViewGossip}, kept in
 * {@code ClusterResourceView}): on change, at most every 50 ms, and every two seconds in any case.
 * A submitter's {@code ClusterLeaseSource} runs one search per requester ({@code LeaseSearch},
 * whose states and transitions {@code LeaseSearchState} lists). The policy ({@code HybridPolicy},
 * or the user's) chooses a node by the view; the search asks that node's {@code LeaseGranter},
 * which puts the request into the ledger and keeps the leases in use in {@code GrantedLeases}. A
 * node that cannot grant a request at once redirects it to a node that seems able to, as Ray's
 * spillback does; a request is redirected at most twice. A search moves its request when the view
 * shows a better node, and a request that no node can ever hold fails after
 * {@code mobula.placement.unschedulable-timeout}. Work that needs jars runs in worker processes:
 * the granter delegates the lease to one ({@code LeaseDelegator} on the node,
 * {@code DelegatedLeases} in the worker).
 *
 * <h2>The invariants</h2>
 *
 * <ul>
 *   <li>Decisions use the view; only the ledger grants. A stale view delays a request, and never
 *       makes a node grant more than it has.
 *   <li>A requester has at most one outstanding request. It ends with exactly one of granted,
 *       granted on another node, refused or withdrawn.
 *   <li>A lease that arrives after its search has moved on or ended is released immediately.
 *   <li>When a node leaves, requests to it start again elsewhere, and leases that it held are
 *       released.
 * </ul>
 *
 * <h2>Who calls whom</h2>
 *
 * Tasks and actors implement {@code ClusterLeaseRequester} and call {@code LeaseSource}:
 * {@code SingleNodeLeaseSource} on a node without a cluster, {@code ClusterLeaseSource} otherwise.
 * Requests in placement groups go through {@code GroupBundles}, which the package {@code group}
 * implements. The granter calls the {@code LeaseHost} of the purpose: task slots in {@code task},
 * actors in {@code actor}. Grants run on the ledger's thread, frames on the thread of the peer
 * channels; neither may block.
 */
@NullMarked
package io.mobula.internal.placement;

import org.jspecify.annotations.NullMarked;
