package io.mobula.internal.placement;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.error.ProcessException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.placement.LeaseSearchState.SearchEvent;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Source of leases from all ledgers of the cluster: chooses a node for each request of this node's
 * work by the view of the cluster. A request that waits at one ledger moves when another seems to
 * have free resources. Thread-safe; nothing blocks.
 */
public final class ClusterLeaseSource implements LeaseSource {
  private final LeaseGranter granter;
  private final LeaseSearchDependencies dependencies;
  private final LeaseSearchTable searches = new LeaseSearchTable();

  /**
   * Inputs of placement decisions.
   *
   * @param queues how many requests wait at a node, as last reported; at least one if its reports
   *     are overdue
   * @param bundles the bundles of placement groups
   * @param unschedulableTimeout how long a request is kept that no node can ever grant
   */
  public record PlacementRules(
      NodeChooser chooser,
      ToIntFunction<NodeId> queues,
      GroupBundles bundles,
      Duration unschedulableTimeout,
      DelayTimer timer) {}

  /** Creates a source without requests. */
  public ClusterLeaseSource(
      LedgerClient ledger, NodeMessaging messaging, LeaseGranter granter, PlacementRules rules) {
    this.granter = granter;
    this.dependencies = new LeaseSearchDependencies(
        new OwnLedgers(ledger, rules.bundles()),
        messaging,
        new GuardedNodeChooser(rules.chooser()),
        rules.queues(),
        new UnschedulableTimeout.TimeoutSettings(rules.unschedulableTimeout(), rules.timer()));
    messaging
        .on(FrameKind.LEASE_GRANTED, this::onGranted)
        .on(FrameKind.LEASE_REDIRECTED, this::onRedirected)
        .on(FrameKind.LEASE_REFUSED, this::onRefused);
    messaging.membership().subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {
        rescanQueue();
      }

      @Override
      public void left(Peer peer, String how) {
        onLeft(peer.id());
      }
    });
  }

  @Override
  public void requireSchedulable(Placement placement, Resources wanted, Supplier<String> what) {
    // a node that can hold it may join later; a malformed selector stays malformed
    if (placement instanceof Placement.Labels(var selector)) {
      LabelSelector _ = LabelSelector.parse(selector);
    } else if (placement instanceof Placement.PreferredLabels(var selector)) {
      LabelSelector _ = LabelSelector.parse(selector);
    } else if (placement instanceof Placement.Group group) { // the bundles of a group never change
      SchedulingMessages.requireBundle(group, wanted, what);
    }
  }

  @Override
  public void acquire(ClusterLeaseRequester requester) {
    searches.open(dependencies, requester).reconsider();
  }

  @Override
  public void rescanQueue(Placement placement) {
    dependencies.ledgers().rescanQueue(PlacementGroupCodec.of(placement));
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  public void withdraw(ClusterLeaseRequester requester) {
    for (var search : searches.open()) {
      if (search.requester() == requester) {
        boolean _ = search.isWanted(); // ends the search if it is not
      }
    }
  }

  @Override
  public @Nullable Function<String, MobulaException> refusalFor(Placement placement) {
    return dependencies.ledgers().bundles().refusalFor(placement);
  }

  /** Returns the requests that no node can ever grant, with the reasons. */
  public List<WaitingWork> unschedulable() {
    return searches.open().stream()
        .map(LeaseSearch::hopeless)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Starts a placement attempt for each open request, as the view has changed. */
  public void rescanQueue() {
    for (var search : searches.open()) {
      search.reconsider();
    }
  }

  @Override
  public String waitReason(ClusterLeaseRequester requester) {
    var search = searches.find(requester);
    return search == null ? "" : search.why();
  }

  @Override
  public @Nullable WaitPoint pendingRequest(ClusterLeaseRequester requester) {
    return searches.find(requester);
  }

  private void onGranted(NodeId from, FrameReader frame) {
    long request = frame.int64();
    long lease = frame.int64();
    var at = new NodeId(frame.int64());
    var search = searches.find(request);
    if (search != null
        && search.isAt(from, request)
        && dependencies.membership().peer(at) == null) {
      release(from, lease); // in a worker that this process has not met yet
      search.lose(from);
      if (dependencies.membership().peer(at)
          != null) { // else the attempt starts when the worker has joined
        search.reconsider();
      }
    } else if (search != null && search.end(from, request, SearchEvent.GRANTED)) {
      granted(search.requester(), at, lease);
    } else { // the request has moved on or has ended
      release(from, lease);
    }
  }

  /**
   * Hands the grant to the requester; work of a worker process may be granted a lease in that very
   * process.
   */
  private void granted(ClusterLeaseRequester requester, NodeId at, long number) {
    if (!at.equals(dependencies.self())) {
      requester.grantedAt(at, number);
      return;
    }
    var lease = granter.take(number, requester);
    if (lease == null) { // the lease has ended in the meantime
      acquire(requester);
    } else {
      requester.granted(lease);
    }
  }

  private void onRefused(NodeId from, FrameReader frame) {
    long request = frame.int64();
    var search = searches.find(request);
    if (search != null && search.end(from, request, SearchEvent.REFUSED)) {
      var why = frame.text();
      search.requester().refused(who -> new ProcessException(who + " cannot run: " + why));
    }
  }

  private void onRedirected(NodeId from, FrameReader frame) {
    long request = frame.int64();
    var search = searches.find(request);
    if (search != null) {
      search.redirected(from, request, new NodeId(frame.int64()), frame.octet());
    }
  }

  private void onLeft(NodeId peer) {
    for (var search : searches.open()) {
      search.lose(peer);
    }
    rescanQueue();
  }

  @Override
  public void release(NodeId node, long lease) {
    dependencies
        .messaging()
        .send(node, FrameWriter.of(FrameKind.LEASE_RELEASE).int64(lease).toBytes());
  }
}
