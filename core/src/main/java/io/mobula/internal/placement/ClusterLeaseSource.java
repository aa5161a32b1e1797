package io.mobula.internal.placement;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.MobulaException;
import io.mobula.error.ProcessException;
import io.mobula.error.UnschedulableException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.CoalescedAction;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Source of leases from all ledgers of the cluster: chooses a node for each request of this node's
 * work by the view of the cluster. A request that waits at one ledger moves when another seems to
 * have free resources. Thread-safe; nothing blocks.
 */
public final class ClusterLeaseSource implements LeaseSource {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterLeaseSource.class);
  private static final int NO_REDIRECT = LeaseGranter.MAX_HOPS;
  private static final Duration RETRY_DELAY = Duration.ofMillis(50);

  private final LedgerClient ledger;
  private final Membership membership;
  private final NodeMessaging messaging;
  private final LeaseGranter granter;
  private final NodeChooser chooser;
  private final ToIntFunction<NodeId> queues;
  private final GroupBundles bundles;
  private final UnschedulableTimeout.TimeoutSettings timeoutSettings;
  private final Set<LeaseSearch> searches = new LinkedHashSet<>();
  // by number of the request that another node was asked with
  private final Map<Long, LeaseSearch> asked = new HashMap<>();
  private long numbers; // of requests to other nodes
  private long turns; // of spread requests

  /** Chooser of a node for each request. */
  public interface NodeChooser {
    /**
     * Chooses a node for the request by the present view of the cluster.
     *
     * @param turn see {@link io.mobula.spi.PlacementPolicy.PlacementRequest}
     */
    PlacementDecision choose(ClusterLeaseRequester requester, long turn);
  }

  /** Decision where a request goes. */
  public sealed interface PlacementDecision {
    /** Decision for that node's ledger, which can most likely grant the request now. */
    record AtNode(NodeId node) implements PlacementDecision {}

    /** Decision to wait: the request can be granted some time, but not now. */
    record Later(@Nullable NodeId queueAt, String why) implements PlacementDecision {}

    /** Decision to wait without a limit: there is no node to ask yet, but there will be. */
    record Await(String why) implements PlacementDecision {}

    /**
     * Decision to fail the request, which can never be granted.
     *
     * @param exception makes the exception from the requester's name
     */
    record Refused(Function<String, MobulaException> exception) implements PlacementDecision {}
  }

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
    this.ledger = ledger;
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.chooser = rules.chooser();
    this.queues = rules.queues();
    this.bundles = rules.bundles();
    this.timeoutSettings =
        new UnschedulableTimeout.TimeoutSettings(rules.unschedulableTimeout(), rules.timer());
    messaging
        .on(FrameKind.LEASE_GRANTED, this::onGranted)
        .on(FrameKind.LEASE_REDIRECTED, this::onRedirected)
        .on(FrameKind.LEASE_REFUSED, this::onRefused);
    membership.subscribe(new Membership.Listener() {
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
    LeaseSearch search;
    synchronized (this) {
      long turn = requester.placement() instanceof Placement.Spread ? turns++ : 0;
      search = new LeaseSearch(requester, turn);
      searches.add(search);
    }
    search.attempt.request();
  }

  @Override
  public void rescanQueue(Placement placement) {
    if (placement instanceof Placement.Group group) {
      bundles.rescanQueues(group.group().id());
    } else {
      ledger.rescanQueue();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  public void withdraw(ClusterLeaseRequester requester) {
    for (var search : open()) {
      if (search.requester == requester) {
        search.isWanted();
      }
    }
  }

  @Override
  public @Nullable Function<String, MobulaException> refusalFor(Placement placement) {
    return bundles.refusalFor(placement);
  }

  /** Returns the requests that no node can ever grant, with the reasons. */
  public List<WaitingWork> unschedulable() {
    return open().stream().map(LeaseSearch::hopeless).filter(Objects::nonNull).toList();
  }

  /** Starts a placement attempt for each open request, as the view has changed. */
  public void rescanQueue() {
    for (var search : open()) {
      search.attempt.request();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  public String waitReason(ClusterLeaseRequester requester) {
    for (var search : open()) {
      if (search.requester == requester) {
        return search.why;
      }
    }
    return "";
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  public @Nullable WaitPoint pendingRequest(ClusterLeaseRequester requester) {
    for (var search : open()) {
      if (search.requester == requester) {
        return search;
      }
    }
    return null;
  }

  private synchronized List<LeaseSearch> open() {
    return List.copyOf(searches);
  }

  private synchronized void forget(LeaseSearch search, long number) {
    searches.remove(search);
    asked.remove(number);
  }

  /** Registers the search under a new number, which the asked node repeats in its answer. */
  private synchronized long numberOf(LeaseSearch search, long before) {
    asked.remove(before);
    asked.put(++numbers, search);
    return numbers;
  }

  private synchronized @Nullable LeaseSearch find(long number) {
    return asked.get(number);
  }

  private void onGranted(NodeId from, FrameReader frame) {
    long request = frame.int64();
    long lease = frame.int64();
    var at = new NodeId(frame.int64());
    var search = find(request);
    if (search != null && search.isAt(from, request) && membership.peer(at) == null) {
      release(from, lease); // in a worker that this process has not met yet
      search.nodeLost(from);
      if (membership.peer(at) != null) { // else the attempt starts when the worker has joined
        search.attempt.request();
      }
    } else if (search != null && search.endsAt(from, request)) {
      granted(search.requester, at, lease);
    } else { // the request has moved on or has ended
      release(from, lease);
    }
  }

  /**
   * Hands the grant to the requester; work of a worker process may be granted a lease in that very
   * process.
   */
  private void granted(ClusterLeaseRequester requester, NodeId at, long number) {
    if (!at.equals(membership.self().id())) {
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
    var search = find(request);
    if (search != null && search.endsAt(from, request)) {
      var why = frame.text();
      search.requester.refused(who -> new ProcessException(who + " cannot run: " + why));
    }
  }

  private void onRedirected(NodeId from, FrameReader frame) {
    long request = frame.int64();
    var search = find(request);
    if (search != null) {
      search.redirected(from, request, new NodeId(frame.int64()), frame.octet());
    }
  }

  private void onLeft(NodeId peer) {
    for (var search : open()) {
      search.nodeLost(peer);
    }
    rescanQueue();
  }

  @Override
  public void release(NodeId node, long lease) {
    messaging.send(node, FrameWriter.of(FrameKind.LEASE_RELEASE).int64(lease).toBytes());
  }

  /**
   * Search for one lease until it is granted. State is guarded by the monitor. The requester is
   * asked whether it still wants the lease only while the search is open, since its answer may
   * commit it.
   *
   * <p>The placement attempt alone decides where the request goes. It is triggered after each
   * change of its inputs: the view, a group's bundles, the node that has the request, the time
   * left.
   */
  private final class LeaseSearch implements WaitPoint {
    private final ClusterLeaseRequester requester;
    private final long turn;
    private long number; // of the last request to another node
    private final CoalescedAction attempt = new CoalescedAction(this::choose);
    private final UnschedulableTimeout unschedulableTimeout;
    private @Nullable NodeId at;
    private @Nullable LocalRequest localRequest;
    private @Nullable NodeId refusing; // has just answered that it grants nothing
    private boolean over;
    private volatile String why = "";
    private volatile long attempts; // changed by the thread that makes the attempt

    LeaseSearch(ClusterLeaseRequester requester, long turn) {
      this.requester = requester;
      this.turn = turn;
      this.unschedulableTimeout =
          new UnschedulableTimeout(timeoutSettings, requester, attempt::request);
    }

    @Override
    public WaitStep waitStep() {
      NodeId where;
      LocalRequest own;
      long question;
      synchronized (this) {
        where = at;
        own = localRequest;
        question = number;
      }
      var request = "its request for a lease" + (where == null ? "" : ", number " + question + ",");
      var reason = why.isEmpty() ? "" : " (" + why + ")";
      if (own != null && requester.placement() instanceof Placement.Group group) {
        return WaitStep.end(
            request + " waits for resources of " + group.group() + " here" + reason,
            WaitCause.RESOURCES);
      }
      if (own != null) {
        return WaitStep.via(
            request + " is at the ledger of this node" + reason, ledger.request(own));
      }
      if (where != null) {
        return WaitStep.elsewhere(
            request + " is at node " + where + reason,
            where,
            WaitStep.Work.lease(membership.self().id(), question));
      }
      return why.isEmpty()
          ? WaitStep.end(request + " is at no node, and nothing says why", WaitCause.NOBODY)
              .withVersion(attempts)
          : WaitStep.end(request + " waits: " + why, WaitCause.RESOURCES);
    }

    @Nullable
    WaitingWork hopeless() {
      var why = unschedulableTimeout.why();
      return why == null ? null : new WaitingWork(requester.description(), requester.wanted(), why);
    }

    /** Returns whether the search waits for that node's answer to that request. */
    synchronized boolean isAt(NodeId node, long question) {
      return !over && node.equals(at) && question == number;
    }

    /** Ends the search if that node is still asked with that request; returns whether it did. */
    synchronized boolean endsAt(NodeId node, long question) {
      boolean ends = isAt(node, question);
      if (ends) {
        end();
      }
      return ends;
    }

    /** Ends the search; called under the monitor. */
    private void end() {
      over = true;
      forget(this, number);
    }

    /**
     * Returns whether the search is open and the requester still wants the lease; if it does not,
     * the search ends.
     */
    private synchronized boolean isWanted() {
      if (!over && !requester.stillWants()) {
        leave();
        unschedulableTimeout.reset();
        end();
      }
      return !over;
    }

    /**
     * Makes one placement attempt and moves the request accordingly. A request that waits at a node
     * moves only to a node that can most likely grant it.
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread at a time makes an attempt
    private void choose() {
      attempts++;
      if (!isWanted()) {
        return;
      }
      var decision = chooseSafely();
      explain(decision);
      switch (decision) {
        case PlacementDecision.AtNode(var node) -> {
          if (mayMove()) {
            moveTo(node);
          }
        }
        case PlacementDecision.Later(var queueAt, var reason) -> {
          if (queueAt == null) {
            onUnschedulable(reason);
          } else if (isUnplaced()) {
            moveTo(queueAt, NO_REDIRECT);
          }
        }
        case PlacementDecision.Await await -> unschedulableTimeout.reset();
        case PlacementDecision.Refused(var exception) -> refuse(exception);
      }
    }

    /**
     * Asks the chooser for a decision. The policy is user code: what it throws is the outcome of
     * the request.
     */
    private PlacementDecision chooseSafely() {
      try {
        return Objects.requireNonNull(chooser.choose(requester, turn), "no choice");
      } catch (Throwable e) {
        LOG.warn(
            "The placement policy has thrown; {} cannot be placed",
            requester.description(),
            CapturedThrowable.of(e).exception());
        var thrown = e.getClass().getName();
        return new PlacementDecision.Refused(who -> new UnschedulableException(who
            + " cannot be placed: the placement policy has thrown " + thrown
            + ", see the log. Mend the policy, or leave it out."));
      }
    }

    /**
     * Handles that no node can grant the request: it waits for one that can, or fails when its time
     * is over.
     */
    private void onUnschedulable(String reason) {
      if (!isUnplaced()) {
        return; // the node that has the request may still grant it
      }
      var verdict = unschedulableTimeout.markUnschedulable(reason);
      if (verdict != null) {
        refuse(who -> new UnschedulableException(who + " " + verdict));
      }
    }

    private void refuse(Function<String, MobulaException> exception) {
      synchronized (this) {
        if (!isWanted()) {
          return;
        }
        leave();
        unschedulableTimeout.reset();
        end();
      }
      requester.refused(exception);
    }

    private void explain(PlacementDecision decision) {
      why = switch (decision) {
        case PlacementDecision.AtNode _ -> "";
        case PlacementDecision.Later(var queueAt, var reason) -> reason;
        case PlacementDecision.Await(var reason) -> reason;
        case PlacementDecision.Refused _ -> "";
      };
    }

    /**
     * Returns whether the asked node may redirect the request: it decides by resources alone and
     * does not know the placement.
     */
    private boolean mayRunElsewhere() {
      return switch (requester.placement()) {
        case Placement.Anywhere anywhere -> true;
        case Placement.Spread spread -> true;
        case Placement.PreferredNode preferredNode -> true;
        case Placement.OnNode here -> false;
        case Placement.NearObject nearObject -> false;
        case Placement.Group group -> false;
        case Placement.Labels labels -> false;
        case Placement.PreferredLabels labels -> true;
      };
    }

    /**
     * Follows a redirect to another node. A node that grants nothing more redirects to this node,
     * which chooses anew.
     */
    void redirected(NodeId from, long question, NodeId to, int hops) {
      boolean chooses =
          membership.peer(to) == null || to.equals(membership.self().id());
      synchronized (this) {
        if (!isAt(from, question)) {
          return;
        }
        at = null;
        refusing = chooses ? from : null;
        if (!chooses) {
          moveTo(to, hops);
        }
      }
      if (isUnplaced()) {
        attempt.request();
      }
    }

    /** Forgets a request to a node that has left. */
    synchronized void nodeLost(NodeId node) {
      if (node.equals(at)) {
        at = null;
        localRequest = null;
      }
    }

    /** Refreshes the group: the node does not have the bundle that it should have. */
    private void doubt() {
      if (requester.placement() instanceof Placement.Group group) {
        bundles.refresh(group.group().id());
      }
    }

    /**
     * Returns whether the request may move. It stays at a node where no request waits: that node
     * has granted it or has not received it yet. Since a granted request lowers the node's free
     * resources, every other node would look better.
     */
    private boolean mayMove() {
      NodeId where;
      synchronized (this) {
        where = at;
      }
      return where == null
          || requester.placement() instanceof Placement.Group
          || queues.applyAsInt(where) > 0;
    }

    private synchronized boolean isUnplaced() {
      return at == null;
    }

    private synchronized void leave() {
      if (localRequest != null) {
        localRequest = null;
        ClusterLeaseSource.this.rescanQueue(requester.placement());
      } else if (at != null) {
        messaging.send(
            at, FrameWriter.of(FrameKind.LEASE_WITHDRAW).int64(number).toBytes());
      }
      at = null;
    }

    /**
     * Moves the request to a node that can most likely grant it, unless that node has just refused.
     */
    private void moveTo(NodeId node) {
      synchronized (this) {
        boolean refused = node.equals(refusing);
        refusing = null;
        if (!refused) {
          moveTo(node, !mayRunElsewhere() ? NO_REDIRECT : at == null ? 0 : 1);
          return;
        }
        unschedulableTimeout.reset();
      }
      doubt(); // that node's view is old, and its next report may be the same
      Runnable _ = timeoutSettings.timer().after(RETRY_DELAY, attempt::request);
    }

    private synchronized void moveTo(NodeId node, int hops) {
      unschedulableTimeout.reset();
      if (over || node.equals(at)) {
        return;
      }
      leave();
      if (node.equals(membership.self().id())) {
        at = node;
        localRequest = new LocalRequest(this);
        acquireHere(localRequest);
      } else if (messaging.send(node, ask(hops))) {
        at = node;
      } else { // the node has left, and the view does not show it yet
        Runnable _ = timeoutSettings.timer().after(RETRY_DELAY, attempt::request);
      }
    }

    private void acquireHere(LocalRequest asked) {
      if (!(requester.placement() instanceof Placement.Group group)) {
        ledger.acquire(asked);
      } else if (!bundles.acquire(group.group().id(), group.bundle(), asked)) {
        localRequest = null;
        at = null;
        doubt();
      }
    }

    /** Starts a new attempt, as the local bundle has closed. */
    void turnedAway(LocalRequest asked) {
      synchronized (this) {
        if (over || localRequest != asked) {
          return;
        }
        localRequest = null;
        at = null;
      }
      attempt.request();
    }

    private byte[] ask(int hops) {
      number = numberOf(this, number);
      var frame = FrameWriter.of(FrameKind.LEASE_REQUEST).int64(number);
      frame.choice(requester.purpose());
      LeaseGranter.writeResources(frame, requester.wanted());
      frame.text(requester.description()).octet(hops);
      requester.job().write(frame);
      PlacementGroupCodec.write(frame, PlacementGroupCodec.of(requester.placement()));
      return frame.toBytes();
    }

    /**
     * Ends the search, as the local ledger has granted the request; returns false if the request
     * has moved on.
     */
    boolean grantedHere(LocalRequest asked) {
      synchronized (this) {
        if (over || localRequest != asked) {
          return false;
        }
        localRequest = null;
        end();
      }
      return true;
    }

    /**
     * Returns whether the local ledger should still grant the request; a withdrawn one is
     * forgotten.
     */
    synchronized boolean isWantedBy(LocalRequest asked) {
      if (over || localRequest != asked) {
        return false;
      }
      boolean wanted = requester.stillWants();
      if (!wanted) {
        localRequest = null;
        end();
      }
      return wanted;
    }
  }

  /** Request at the local ledger. */
  private static final class LocalRequest implements LeaseRequester {
    private final LeaseSearch search;

    LocalRequest(LeaseSearch search) {
      this.search = search;
    }

    @Override
    public Resources wanted() {
      return search.requester.wanted();
    }

    @Override
    public String description() {
      return search.requester.description();
    }

    @Override
    public Job job() {
      return search.requester.job();
    }

    @Override
    public Object recallGroup() {
      return search.requester.recallGroup();
    }

    @Override
    public boolean stillWants() {
      return search.isWantedBy(this);
    }

    @Override
    public boolean holdsForLifetime() {
      return search.requester.holdsForLifetime();
    }

    @Override
    public void ledgerClosed() {
      search.turnedAway(this);
    }

    @Override
    public void granted(Lease lease) {
      if (search.grantedHere(this)) {
        search.requester.granted(lease);
      } else {
        lease.release();
      }
    }

    @Override
    public void recalled(Lease lease) {
      search.requester.recalled(lease);
    }
  }
}
