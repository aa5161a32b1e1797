package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.CoalescedAction;
import io.mobula.internal.ledger.ForwardingLeaseRequester;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Source of leases on a node without a cluster: everything runs on this node or is refused
 * immediately; only bundles of placement groups may come later. Thread-safe.
 */
public final class SingleNodeLeaseSource implements LeaseSource {
  private final LedgerClient ledger;
  private final GroupBundles bundles;
  private final Set<GroupRequest> requests = new LinkedHashSet<>();

  /** Creates the source of leases of this ledger. */
  public SingleNodeLeaseSource(LedgerClient ledger, GroupBundles bundles) {
    this.ledger = ledger;
    this.bundles = bundles;
    bundles.onChange(this::rescanQueue);
  }

  /**
   * Throws if the work can never run on this node.
   *
   * @param what names the requester, such as {@code Task Quick.square}
   * @throws InvalidRequestException if the placement needs more than one node
   * @throws io.mobula.error.UnschedulableException if the node does not have the resources
   */
  @Override
  public void requireSchedulable(Placement placement, Resources wanted, Supplier<String> what) {
    switch (placement) {
      case Placement.Anywhere anywhere -> {}
      case Placement.Spread spread -> {}
      case Placement.PreferredNode preferredNode -> {}
      case Placement.OnNode on -> throw refusalWithoutCluster(what, "on(" + on.node() + ")");
      case Placement.NearObject nearObject ->
        throw refusalWithoutCluster(what, "near(" + nearObject.ref().id() + ")");
      case Placement.Group group -> {
        SchedulingMessages.requireBundle(group, wanted, what);
        return;
      }
      case Placement.PreferredLabels(var selector) -> {
        LabelSelector _ = LabelSelector.parse(selector);
      }
      case Placement.Labels labels ->
        throw refusalWithoutCluster(what, "labels(" + labels.selector() + ")");
    }
    ledger.requireSchedulable(wanted, what);
  }

  @Override
  public void acquire(ClusterLeaseRequester requester) {
    if (requester.placement() instanceof Placement.Group group) {
      var request = new GroupRequest(group, requester);
      synchronized (requests) {
        requests.add(request);
      }
      request.attempt.request();
    } else {
      ledger.acquire(requester);
    }
  }

  @Override
  public void rescanQueue(Placement placement) {
    if (placement instanceof Placement.Group group) {
      bundles.rescanQueues(group.group().id());
      rescanQueue();
    } else {
      ledger.rescanQueue();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  public void withdraw(ClusterLeaseRequester requester) {
    synchronized (requests) {
      requests.removeIf(each -> each.requester() == requester);
    }
    rescanQueue(requester.placement());
  }

  @Override
  public @Nullable Function<String, MobulaException> refusalFor(Placement placement) {
    return bundles.refusalFor(placement);
  }

  private void rescanQueue() {
    open().forEach(request -> request.attempt.request());
  }

  private List<GroupRequest> open() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  private void forget(GroupRequest request) {
    synchronized (requests) {
      requests.remove(request);
    }
  }

  /** Returns why a request in a group waits; the ledger reports other requests itself. */
  @Override
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  public String waitReason(ClusterLeaseRequester requester) {
    for (var each : open()) {
      if (each.requester() == requester) {
        return each.why;
      }
    }
    return "";
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  public @Nullable WaitPoint pendingRequest(ClusterLeaseRequester requester) {
    if (!(requester.placement() instanceof Placement.Group)) {
      return ledger.request(requester);
    }
    return open().stream()
        .filter(each -> each.requester() == requester)
        .findFirst()
        .orElse(null);
  }

  @Override
  public void release(NodeId node, long lease) {
    throw new IllegalStateException("A node alone has no lease of node " + node);
  }

  private static InvalidRequestException refusalWithoutCluster(
      Supplier<String> what, String placement) {
    return new InvalidRequestException(
        what.get() + " wants placement " + placement
            + ", which needs a cluster of nodes; this runtime is one node. Leave the placement out, or use spread().");
  }

  /**
   * Request for a lease out of a group, before and while a bundle's ledger has it. The coalesced
   * attempt alone decides whether it waits or asks.
   */
  private final class GroupRequest extends ForwardingLeaseRequester<ClusterLeaseRequester>
      implements WaitPoint {
    private final Placement.Group group;
    private final CoalescedAction attempt = new CoalescedAction(this::choose);
    private boolean asked;
    private boolean over;
    private volatile String why = "";

    GroupRequest(Placement.Group group, ClusterLeaseRequester requester) {
      super(requester);
      this.group = group;
    }

    @Override
    public WaitStep waitStep() {
      var reason = why;
      return WaitStep.end(
          "it waits for resources of " + group.group() + (reason.isEmpty() ? "" : ": " + reason),
          WaitCause.RESOURCES);
    }

    private void choose() {
      synchronized (this) {
        if (asked || !isWanted()) {
          return;
        }
      }
      switch (bundles.choose(group, wanted())) {
        case PlacementDecision.AtNode atNode -> ask();
        case PlacementDecision.Await(var reason) -> why = reason;
        case PlacementDecision.Later(var at, var reason) -> why = reason;
        case PlacementDecision.Refused(var exception) -> refuse(exception);
      }
    }

    /** Returns whether the request is open and still wanted; if it is not wanted, it ends. */
    private synchronized boolean isWanted() {
      if (!over && !requester().stillWants()) {
        end();
      }
      return !over;
    }

    private synchronized boolean end() {
      boolean first = !over;
      over = true;
      forget(this);
      return first;
    }

    private void ask() {
      synchronized (this) {
        asked = true; // before the ledger can reject it
      }
      why = "";
      if (!bundles.acquire(group.group().id(), group.bundle(), this)) {
        synchronized (this) {
          asked = false;
        }
        why = "its bundle is being made";
        bundles.refresh(group.group().id());
      }
    }

    private void refuse(Function<String, MobulaException> exception) {
      if (isWanted() && end()) {
        requester().refused(exception);
      }
    }

    @Override
    public boolean stillWants() {
      return isWanted();
    }

    @Override
    public void ledgerClosed() {
      synchronized (this) {
        asked = false;
      }
      attempt.request();
    }

    @Override
    public void granted(Lease lease) {
      if (end()) {
        requester().granted(lease);
      } else {
        lease.release();
      }
    }
  }
}
