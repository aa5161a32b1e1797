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
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
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
 * Finds a ledger for each request of this node's work: its own or another's, as the view of the
 * cluster says. A request that waits at one ledger moves when another seems free. Safe for all
 * threads; nothing blocks.
 */
public final class ClusterLeaseSource implements LeaseSource {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterLeaseSource.class);
  private static final int NO_REDIRECT = LeaseGranter.MOST_HOPS;
  private static final Duration RETRY_DELAY = Duration.ofMillis(50);

  private final LedgerClient ledger;
  private final Membership membership;
  private final PeerTransport peerTransport;
  private final LeaseGranter desk;
  private final NodeChooser chooser;
  private final ToIntFunction<NodeId> queues;
  private final GroupBundles bundles;
  private final UnschedulableTimeout.TimeoutSettings timeoutSettings;
  private final Set<LeaseSearch> searches = new LinkedHashSet<>();
  private final Map<Long, LeaseSearch> asked = new HashMap<>(); // by what other nodes were asked
  private long numbers; // of what they were asked
  private long turns; // of requests that are spread

  /** Decides where a request goes. */
  public interface NodeChooser {
    /**
     * Chooses a node for the request, from one look at the cluster.
     *
     * @param turn see {@link io.mobula.spi.PlacementPolicy.PlacementRequest}
     */
    PlacementDecision choose(ClusterLeaseRequester requester, long turn);
  }

  /** Where a request goes. */
  public sealed interface PlacementDecision {
    /** To that node's ledger, which can most likely grant it. */
    record AtNode(NodeId node) implements PlacementDecision {}

    /** It can be granted some time, but not now. */
    record Later(@Nullable NodeId queueAt, String why) implements PlacementDecision {}

    /** There is nowhere to ask yet, but there will be, for as long as that takes. */
    record Await(String why) implements PlacementDecision {}

    /**
     * It can never be granted.
     *
     * @param exception made from the name of whoever wanted it
     */
    record Refused(Function<String, MobulaException> exception) implements PlacementDecision {}
  }

  /** Runs something later, on a thread that must not be blocked. */
  @FunctionalInterface
  public interface Timer {
    /** Returns what takes it back. */
    Runnable after(Duration delay, Runnable action);
  }

  /**
   * What decides on requests.
   *
   * @param queues how many requests wait at a node, as last heard; some if nothing was heard
   * @param bundles of placement groups
   * @param unschedulableTimeout how long one is kept that no node can ever grant
   */
  public record PlacementRules(
      NodeChooser chooser,
      ToIntFunction<NodeId> queues,
      GroupBundles bundles,
      Duration unschedulableTimeout,
      Timer timer) {}

  /** Asks for nothing yet. */
  public ClusterLeaseSource(
      LedgerClient ledger,
      Membership membership,
      PeerTransport peerTransport,
      FrameRouter router,
      LeaseGranter desk,
      PlacementRules rules) {
    this.desk = desk;
    this.ledger = ledger;
    this.membership = membership;
    this.peerTransport = peerTransport;
    this.chooser = rules.chooser();
    this.queues = rules.queues();
    this.bundles = rules.bundles();
    this.timeoutSettings =
        new UnschedulableTimeout.TimeoutSettings(rules.unschedulableTimeout(), rules.timer());
    router
        .on(LeaseGranter.GRANTED, this::onGranted)
        .on(LeaseGranter.REDIRECTED, this::onRedirected)
        .on(LeaseGranter.REFUSED, this::onRefused);
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
    // what no node has today may come with a node tomorrow; a malformed selector stays so
    if (placement instanceof Placement.Labels(var selector)) {
      LabelSelector _ = LabelSelector.parse(selector);
    } else if (placement instanceof Placement.PreferredLabels(var selector)) {
      LabelSelector _ = LabelSelector.parse(selector);
    } else if (placement instanceof Placement.Group group) { // its bundles never change
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
  @SuppressWarnings("ReferenceEquality") // who wants is known by identity
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

  /** The requests that no node can ever grant, and why. */
  public List<WaitingWork> unschedulable() {
    return open().stream().map(LeaseSearch::hopeless).filter(Objects::nonNull).toList();
  }

  /** The view has changed: requests that wait may be granted elsewhere. */
  public void rescanQueue() {
    for (var search : open()) {
      search.attempt.request();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // who wants is known by identity
  public String waitReason(ClusterLeaseRequester requester) {
    for (var search : open()) {
      if (search.requester == requester) {
        return search.why;
      }
    }
    return "";
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // who wants is known by identity
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

  /** A node is about to be asked: its answer has a number that no other has. */
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
      release(from, lease); // in a worker that this process is yet to meet
      search.nodeLost(from);
      if (membership.peer(at) != null) { // else it looks when the worker has joined
        search.attempt.request();
      }
    } else if (search != null && search.endsAt(from, request)) {
      granted(search.requester, at, lease);
    } else { // it has moved on, or is over
      release(from, lease);
    }
  }

  /** Work of a worker process may be lent a lease in that very process. */
  private void granted(ClusterLeaseRequester requester, NodeId at, long number) {
    if (!at.equals(membership.self().id())) {
      requester.grantedAt(at, number);
      return;
    }
    var lease = desk.take(number, requester);
    if (lease == null) { // it was ended meanwhile
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
    peerTransport.send(
        node, new FrameWriter().octet(LeaseGranter.RELEASE).int64(lease).toBytes());
  }

  /**
   * One request until it is granted. State is guarded by the monitor. Whoever wants is asked only
   * while the search is not over, since the answer decides whether there is a request.
   *
   * <p>Where it goes is decided by {@link #attempt} alone, which is requested after each change of
   * what the decision depends on: of the view, of a group's map, of where the request is, of the
   * time that is left.
   */
  private final class LeaseSearch implements WaitPoint {
    private final ClusterLeaseRequester requester;
    private final long turn;
    private long number; // of the last question to another node
    private final CoalescedAction attempt = new CoalescedAction(this::choose);
    private final UnschedulableTimeout unschedulableTimeout;
    private @Nullable NodeId at;
    private @Nullable LocalRequest localRequest;
    private @Nullable NodeId refusing; // has just said that it grants nothing
    private boolean over;
    private volatile String why = "";
    private volatile long attempts; // changed by the one thread that looks

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

    /** Whether it waits for the answer of that node to that question. */
    synchronized boolean isAt(NodeId node, long question) {
      return !over && node.equals(at) && question == number;
    }

    /** That node has answered it: true if it is still asked for there. */
    synchronized boolean endsAt(NodeId node, long question) {
      boolean ends = isAt(node, question);
      if (ends) {
        end();
      }
      return ends;
    }

    /** Under the monitor. */
    private void end() {
      over = true;
      forget(this, number);
    }

    /** Asks whoever wants, unless it is over; a lapsed request is. */
    private synchronized boolean isWanted() {
      if (!over && !requester.stillWants()) {
        leave();
        unschedulableTimeout.reset();
        end();
      }
      return !over;
    }

    /**
     * Looks where it can be granted, and goes there. One that waits at a node moves only where
     * another can most likely grant it.
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
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

    /** A policy is user code: what it throws is the outcome of the request. */
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

    /** No node can grant it: it waits for one that can, or its time is over. */
    private void onUnschedulable(String reason) {
      if (!isUnplaced()) {
        return; // where it waits it may yet be granted
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

    /** The node that is asked names another by resources alone: it knows no placement. */
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

    /** A node that grants nothing more names this one, which chooses anew. */
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

    /** What was asked of that node counts no more. */
    synchronized void nodeLost(NodeId node) {
      if (node.equals(at)) {
        at = null;
        localRequest = null;
      }
    }

    /** The node has not the bundle that it should have. */
    private void doubt() {
      if (requester.placement() instanceof Placement.Group group) {
        bundles.refresh(group.group().id());
      }
    }

    /**
     * Not from a node where nobody waits: that node has granted the request, or has not got it yet.
     * What it has granted is missing from what it says to be free, so that every other node would
     * look better.
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
        peerTransport.send(
            at, new FrameWriter().octet(LeaseGranter.WITHDRAW).int64(number).toBytes());
      }
      at = null;
    }

    /** To a node that can most likely grant it, unless it has just said the opposite. */
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
      doubt(); // the view of that node is old, and its next report may be the same as that view
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
      } else if (peerTransport.send(node, ask(hops))) {
        at = node;
      } else { // it has left, and what this choice was made from does not say so yet
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

    /** The own bundle has closed: looks for where it is now. */
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
      var frame = new FrameWriter().octet(LeaseGranter.REQUEST).int64(number);
      frame.choice(requester.purpose());
      LeaseGranter.writeResources(frame, requester.wanted());
      frame.text(requester.description()).octet(hops);
      requester.job().write(frame);
      PlacementGroupCodec.write(frame, PlacementGroupCodec.of(requester.placement()));
      return frame.toBytes();
    }

    /** The own ledger has granted it, unless it has moved on meanwhile. */
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

    /** The own ledger asks before it grants; a request that lapses is forgotten there. */
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

  /** A request at the own ledger. */
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
