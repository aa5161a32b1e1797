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
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.wait.Awaited;
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
public final class Placer implements Places {
  private static final Logger LOG = LoggerFactory.getLogger(Placer.class);
  private static final int NO_REDIRECT = LeaseDesk.MOST_HOPS;
  private static final Duration UNTIL_THE_NEWS = Duration.ofMillis(50);

  private final LedgerClient ledger;
  private final Membership membership;
  private final PeerTransport peerTransport;
  private final LeaseDesk desk;
  private final Chooser chooser;
  private final ToIntFunction<NodeId> queues;
  private final Bundles bundles;
  private final Patience.Terms terms;
  private final Set<Search> searches = new LinkedHashSet<>();
  private final Map<Long, Search> asked = new HashMap<>(); // by what other nodes were asked
  private long numbers; // of what they were asked
  private long turns; // of requests that are spread

  /** Decides where a request goes. */
  public interface Chooser {
    /**
     * Chooses a node for the request, from one look at the cluster.
     *
     * @param turn see {@link io.mobula.spi.PlacementPolicy.Wish}
     */
    Choice choose(Wanting wanting, long turn);
  }

  /** Where a request goes. */
  public sealed interface Choice {
    /** To that node's ledger, which can most likely grant it. */
    record At(NodeId node) implements Choice {}

    /** It can be granted some time, but not now. */
    record Later(@Nullable NodeId queueAt, String why) implements Choice {}

    /** There is nowhere to ask yet, but there will be, for as long as that takes. */
    record Await(String why) implements Choice {}

    /**
     * It can never be granted.
     *
     * @param exception made from the name of whoever wanted it
     */
    record Refused(Function<String, MobulaException> exception) implements Choice {}
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
   * @param unschedulable how long one is kept that no node can ever grant
   */
  public record Rules(
      Chooser chooser,
      ToIntFunction<NodeId> queues,
      Bundles bundles,
      Duration unschedulable,
      Timer timer) {}

  /** Asks for nothing yet. */
  public Placer(
      LedgerClient ledger,
      Membership membership,
      PeerTransport peerTransport,
      FrameRouter router,
      LeaseDesk desk,
      Rules rules) {
    this.desk = desk;
    this.ledger = ledger;
    this.membership = membership;
    this.peerTransport = peerTransport;
    this.chooser = rules.chooser();
    this.queues = rules.queues();
    this.bundles = rules.bundles();
    this.terms = new Patience.Terms(rules.unschedulable(), rules.timer());
    router
        .on(LeaseDesk.GRANTED, this::onGranted)
        .on(LeaseDesk.REDIRECTED, this::onRedirected)
        .on(LeaseDesk.REFUSED, this::onRefused);
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {
        lookAgain();
      }

      @Override
      public void left(Peer peer, String how) {
        onLeft(peer.id());
      }
    });
  }

  @Override
  public void require(Placement placement, Resources wanted, Supplier<String> what) {
    // what no node has today may come with a node tomorrow; a malformed selector stays so
    if (placement instanceof Placement.Labels(var selector)) {
      LabelSelector _ = LabelSelector.parse(selector);
    } else if (placement instanceof Placement.PreferredLabels(var selector)) {
      LabelSelector _ = LabelSelector.parse(selector);
    } else if (placement instanceof Placement.Group group) { // its bundles never change
      Reasons.requireBundle(group, wanted, what);
    }
  }

  @Override
  public void acquire(Wanting wanting) {
    Search search;
    synchronized (this) {
      long turn = wanting.placement() instanceof Placement.Spread ? turns++ : 0;
      search = new Search(wanting, turn);
      searches.add(search);
    }
    search.look.request();
  }

  @Override
  public void lookAgain(Placement placement) {
    if (placement instanceof Placement.Group group) {
      bundles.lookAgain(group.group().id());
    } else {
      ledger.rescanQueue();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // who wants is known by identity
  public void lapsed(Wanting wanting) {
    for (var search : open()) {
      if (search.wanting == wanting) {
        search.isWanted();
      }
    }
  }

  @Override
  public @Nullable Function<String, MobulaException> over(Placement placement) {
    return bundles.over(placement);
  }

  /** The requests that no node can ever grant, and why. */
  public List<WaitingWork> hopeless() {
    return open().stream().map(Search::hopeless).filter(Objects::nonNull).toList();
  }

  /** The view has changed: requests that wait may be granted elsewhere. */
  public void lookAgain() {
    for (var search : open()) {
      search.look.request();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // who wants is known by identity
  public String why(Wanting wanting) {
    for (var search : open()) {
      if (search.wanting == wanting) {
        return search.why;
      }
    }
    return "";
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // who wants is known by identity
  public @Nullable Awaited request(Wanting wanting) {
    for (var search : open()) {
      if (search.wanting == wanting) {
        return search;
      }
    }
    return null;
  }

  private synchronized List<Search> open() {
    return List.copyOf(searches);
  }

  private synchronized void forget(Search search, long number) {
    searches.remove(search);
    asked.remove(number);
  }

  /** A node is about to be asked: its answer has a number that no other has. */
  private synchronized long numberOf(Search search, long before) {
    asked.remove(before);
    asked.put(++numbers, search);
    return numbers;
  }

  private synchronized @Nullable Search find(long number) {
    return asked.get(number);
  }

  private void onGranted(NodeId from, FrameReader frame) {
    long request = frame.int64();
    long lease = frame.int64();
    var at = new NodeId(frame.int64());
    var search = find(request);
    if (search != null && search.isAt(from, request) && membership.peer(at) == null) {
      release(from, lease); // in a worker that this process is yet to meet
      search.leaves(from);
      if (membership.peer(at) != null) { // else it looks when the worker has joined
        search.look.request();
      }
    } else if (search != null && search.endsAt(from, request)) {
      granted(search.wanting, at, lease);
    } else { // it has moved on, or is over
      release(from, lease);
    }
  }

  /** Work of a worker process may be lent a lease in that very process. */
  private void granted(Wanting wanting, NodeId at, long number) {
    if (!at.equals(membership.self().id())) {
      wanting.grantedAt(at, number);
      return;
    }
    var lease = desk.take(number, wanting);
    if (lease == null) { // it was ended meanwhile
      acquire(wanting);
    } else {
      wanting.granted(lease);
    }
  }

  private void onRefused(NodeId from, FrameReader frame) {
    long request = frame.int64();
    var search = find(request);
    if (search != null && search.endsAt(from, request)) {
      var why = frame.text();
      search.wanting.refused(who -> new ProcessException(who + " cannot run: " + why));
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
      search.leaves(peer);
    }
    lookAgain();
  }

  @Override
  public void release(NodeId node, long lease) {
    peerTransport.send(node, new FrameWriter().octet(LeaseDesk.RELEASE).int64(lease).toBytes());
  }

  /**
   * One request until it is granted. State is guarded by the monitor. Whoever wants is asked only
   * while the search is not over, since the answer decides whether there is a request.
   *
   * <p>Where it goes is decided by {@link #look} alone, which is requested after each change of
   * what the decision depends on: of the view, of a group's map, of where the request is, of the
   * time that is left.
   */
  private final class Search implements Awaited {
    private final Wanting wanting;
    private final long turn;
    private long number; // of the last question to another node
    private final CoalescedAction look = new CoalescedAction(this::choose);
    private final Patience patience;
    private @Nullable NodeId at;
    private @Nullable Here here;
    private @Nullable NodeId refusing; // has just said that it grants nothing
    private boolean over;
    private volatile String why = "";
    private volatile long looks; // changed by the one thread that looks

    Search(Wanting wanting, long turn) {
      this.wanting = wanting;
      this.turn = turn;
      this.patience = new Patience(terms, wanting, look::request);
    }

    @Override
    public WaitStep waitStep() {
      NodeId where;
      Here own;
      long question;
      synchronized (this) {
        where = at;
        own = here;
        question = number;
      }
      var request = "its request for a lease" + (where == null ? "" : ", number " + question + ",");
      var reason = why.isEmpty() ? "" : " (" + why + ")";
      if (own != null && wanting.placement() instanceof Placement.Group group) {
        return WaitStep.end(
            request + " waits for resources of " + group.group() + " here" + reason, WaitCause.RESOURCES);
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
              .marked(looks)
          : WaitStep.end(request + " waits: " + why, WaitCause.RESOURCES);
    }

    @Nullable
    WaitingWork hopeless() {
      var why = patience.why();
      return why == null ? null : new WaitingWork(wanting.description(), wanting.wanted(), why);
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
      if (!over && !wanting.stillWants()) {
        leave();
        patience.hopeful();
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
      looks++;
      if (!isWanted()) {
        return;
      }
      var choice = chooseSafely();
      explain(choice);
      switch (choice) {
        case Choice.At(var node) -> {
          if (mayMove()) {
            moveTo(node);
          }
        }
        case Choice.Later(var queueAt, var reason) -> {
          if (queueAt == null) {
            beHopeless(reason);
          } else if (isNowhere()) {
            moveTo(queueAt, NO_REDIRECT);
          }
        }
        case Choice.Await await -> patience.hopeful();
        case Choice.Refused(var exception) -> refuse(exception);
      }
    }

    /** A policy is user code: what it throws is the outcome of the request. */
    private Choice chooseSafely() {
      try {
        return Objects.requireNonNull(chooser.choose(wanting, turn), "no choice");
      } catch (Throwable e) {
        LOG.warn(
            "The placement policy has thrown; {} cannot be placed",
            wanting.description(),
            CapturedThrowable.of(e).exception());
        var thrown = e.getClass().getName();
        return new Choice.Refused(who -> new UnschedulableException(who
            + " cannot be placed: the placement policy has thrown " + thrown
            + ", see the log. Mend the policy, or leave it out."));
      }
    }

    /** No node can grant it: it waits for one that can, or its time is over. */
    private void beHopeless(String reason) {
      if (!isNowhere()) {
        return; // where it waits it may yet be granted
      }
      var verdict = patience.hopeless(reason);
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
        patience.hopeful();
        end();
      }
      wanting.refused(exception);
    }

    private void explain(Choice choice) {
      why = switch (choice) {
        case Choice.At _ -> "";
        case Choice.Later(var queueAt, var reason) -> reason;
        case Choice.Await(var reason) -> reason;
        case Choice.Refused _ -> "";
      };
    }

    /** The node that is asked names another by resources alone: it knows no placement. */
    private boolean mayRunElsewhere() {
      return switch (wanting.placement()) {
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
      if (isNowhere()) {
        look.request();
      }
    }

    /** What was asked of that node counts no more. */
    synchronized void leaves(NodeId node) {
      if (node.equals(at)) {
        at = null;
        here = null;
      }
    }

    /** The node has not the bundle that it should have. */
    private void doubt() {
      if (wanting.placement() instanceof Placement.Group group) {
        bundles.doubt(group.group().id());
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
          || wanting.placement() instanceof Placement.Group
          || queues.applyAsInt(where) > 0;
    }

    private synchronized boolean isNowhere() {
      return at == null;
    }

    private synchronized void leave() {
      if (here != null) {
        here = null;
        Placer.this.lookAgain(wanting.placement());
      } else if (at != null) {
        peerTransport.send(at, new FrameWriter().octet(LeaseDesk.WITHDRAW).int64(number).toBytes());
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
        patience.hopeful();
      }
      doubt(); // the view of that node is old, and its next report may be the same as that view
      Runnable _ = terms.timer().after(UNTIL_THE_NEWS, look::request);
    }

    private synchronized void moveTo(NodeId node, int hops) {
      patience.hopeful();
      if (over || node.equals(at)) {
        return;
      }
      leave();
      if (node.equals(membership.self().id())) {
        at = node;
        here = new Here(this);
        acquireHere(here);
      } else if (peerTransport.send(node, ask(hops))) {
        at = node;
      } else { // it has left, and what this choice was made from does not say so yet
        Runnable _ = terms.timer().after(UNTIL_THE_NEWS, look::request);
      }
    }

    private void acquireHere(Here asked) {
      if (!(wanting.placement() instanceof Placement.Group group)) {
        ledger.acquire(asked);
      } else if (!bundles.acquire(group.group().id(), group.bundle(), asked)) {
        here = null;
        at = null;
        doubt();
      }
    }

    /** The own bundle has closed: looks for where it is now. */
    void turnedAway(Here asked) {
      synchronized (this) {
        if (over || here != asked) {
          return;
        }
        here = null;
        at = null;
      }
      look.request();
    }

    private byte[] ask(int hops) {
      number = numberOf(this, number);
      var frame = new FrameWriter().octet(LeaseDesk.ASK).int64(number);
      frame.choice(wanting.purpose());
      LeaseDesk.writeResources(frame, wanting.wanted());
      frame.text(wanting.description()).octet(hops);
      wanting.job().write(frame);
      GroupFrame.write(frame, GroupFrame.of(wanting.placement()));
      return frame.toBytes();
    }

    /** The own ledger has granted it, unless it has moved on meanwhile. */
    boolean grantedHere(Here asked) {
      synchronized (this) {
        if (over || here != asked) {
          return false;
        }
        here = null;
        end();
      }
      return true;
    }

    /** The own ledger asks before it grants; a request that lapses is forgotten there. */
    synchronized boolean isWantedBy(Here asked) {
      if (over || here != asked) {
        return false;
      }
      boolean wanted = wanting.stillWants();
      if (!wanted) {
        here = null;
        end();
      }
      return wanted;
    }
  }

  /** A request at the own ledger. */
  private static final class Here implements LeaseRequester {
    private final Search search;

    Here(Search search) {
      this.search = search;
    }

    @Override
    public Resources wanted() {
      return search.wanting.wanted();
    }

    @Override
    public String what() {
      return search.wanting.description();
    }

    @Override
    public Job program() {
      return search.wanting.job();
    }

    @Override
    public Object group() {
      return search.wanting.recallGroup();
    }

    @Override
    public boolean stillWants() {
      return search.isWantedBy(this);
    }

    @Override
    public boolean isForLife() {
      return search.wanting.holdsForLifetime();
    }

    @Override
    public void turnedAway() {
      search.turnedAway(this);
    }

    @Override
    public void granted(Lease lease) {
      if (search.grantedHere(this)) {
        search.wanting.granted(lease);
      } else {
        lease.release();
      }
    }

    @Override
    public void recalled(Lease lease) {
      search.wanting.recalled(lease);
    }
  }
}
