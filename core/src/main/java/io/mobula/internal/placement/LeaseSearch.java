package io.mobula.internal.placement;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.error.UnschedulableException;
import io.mobula.internal.execution.CoalescedAction;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.placement.LeaseSearchState.SearchEvent;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Placement;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Search for one lease until it is granted. State is guarded by the monitor. The requester is asked
 * whether it still wants the lease only while the search is open, since its answer may commit it.
 *
 * <p>The placement attempt alone decides where the request goes. It is triggered after each change
 * of its inputs: the view, a group's bundles, the node that has the request, the time left.
 */
final class LeaseSearch implements WaitPoint {
  private static final int NO_REDIRECT = LeaseGranter.MAX_HOPS;
  private static final Duration RETRY_DELAY = Duration.ofMillis(50);

  private final LeaseSearchDependencies dependencies;
  private final LeaseSearchTable table;
  private final ClusterLeaseRequester requester;
  private final long turn;
  private final CoalescedAction attempt = new CoalescedAction(this::choose);
  private final UnschedulableTimeout unschedulableTimeout;
  private LeaseSearchState state = LeaseSearchState.UNPLACED;
  private @Nullable NodeId at; // has the request, or had it when the search ended
  private @Nullable OwnLedgerRequest ownRequest; // while it is at a ledger here
  private @Nullable NodeId refusing; // has just answered that it grants nothing
  private long number; // of the last request to another node
  private volatile String why = "";
  private volatile long attempts; // changed by the thread that makes the attempt

  /**
   * Creates a search that has not looked for a node yet.
   *
   * @param turn its number among the node's requests that are spread
   */
  LeaseSearch(
      LeaseSearchDependencies dependencies,
      LeaseSearchTable table,
      ClusterLeaseRequester requester,
      long turn) {
    this.dependencies = dependencies;
    this.table = table;
    this.requester = requester;
    this.turn = turn;
    this.unschedulableTimeout =
        new UnschedulableTimeout(dependencies.timeoutSettings(), requester, attempt::request);
  }

  /** Returns the requester of the lease. */
  ClusterLeaseRequester requester() {
    return requester;
  }

  /** Starts a placement attempt, as an input of the choice may have changed. */
  void reconsider() {
    attempt.request();
  }

  // ---- reports

  /** Returns why the request waits; empty if the search does not know. */
  String why() {
    return why;
  }

  /** Returns the request as unschedulable work; null if some node can grant it. */
  @Nullable
  WaitingWork hopeless() {
    var reason = unschedulableTimeout.why();
    return reason == null
        ? null
        : new WaitingWork(requester.description(), requester.wanted(), reason);
  }

  @Override
  public WaitStep waitStep() {
    LeaseSearchWait now;
    synchronized (this) {
      now = new LeaseSearchWait(at, ownRequest, number, why, attempts);
    }
    return now.step(requester.placement(), dependencies);
  }

  // ---- state

  /** Moves to the next state; called under the monitor. */
  private void become(SearchEvent event) {
    state = state.after(event);
    ownRequest = state == LeaseSearchState.AT_OWN_LEDGER ? ownRequest : null;
    at = state == LeaseSearchState.UNPLACED ? null : at;
    if (state == LeaseSearchState.OVER) {
      table.remove(this, number);
    }
  }

  /** Returns whether the search waits for that node's answer to that request. */
  synchronized boolean isAt(NodeId node, long question) {
    return state == LeaseSearchState.AT_PEER && node.equals(at) && question == number;
  }

  private synchronized boolean isUnplaced() {
    return at == null;
  }

  /**
   * Ends the search if that node still has that request.
   *
   * @param answer the node's answer, a grant or a refusal
   * @return whether the search has ended now
   */
  synchronized boolean end(NodeId node, long question, SearchEvent answer) {
    boolean ends = isAt(node, question);
    if (ends) {
      become(answer);
    }
    return ends;
  }

  /**
   * Returns whether the search is open and the requester still wants the lease; if it does not, the
   * search ends.
   */
  synchronized boolean isWanted() {
    if (state != LeaseSearchState.OVER && !requester.stillWants()) {
      leave();
      unschedulableTimeout.reset();
      become(SearchEvent.UNWANTED);
    }
    return state != LeaseSearchState.OVER;
  }

  // ---- the placement attempt

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
    var decision = dependencies.chooser().choose(requester, turn);
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

  private void explain(PlacementDecision decision) {
    why = switch (decision) {
      case PlacementDecision.AtNode _ -> "";
      case PlacementDecision.Later(var queueAt, var reason) -> reason;
      case PlacementDecision.Await(var reason) -> reason;
      case PlacementDecision.Refused _ -> "";
    };
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
      become(SearchEvent.REFUSED);
    }
    requester.refused(exception);
  }

  /**
   * Returns whether the asked node may redirect the request: it decides by resources alone and does
   * not know the placement.
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
   * Returns whether the request may move. It stays at a node where no request waits: that node has
   * granted it or has not received it yet. Since a granted request lowers the node's free
   * resources, every other node would look better.
   */
  private boolean mayMove() {
    NodeId where;
    synchronized (this) {
      where = at;
    }
    return where == null
        || requester.placement() instanceof Placement.Group
        || dependencies.queues().applyAsInt(where) > 0;
  }

  // ---- moving the request

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
    doubtBundle(); // that node's view is old, and its next report may be the same
    reconsiderLater();
  }

  private synchronized void moveTo(NodeId node, int hops) {
    unschedulableTimeout.reset();
    if (state == LeaseSearchState.OVER || node.equals(at)) {
      return;
    }
    leave();
    if (node.equals(dependencies.self())) {
      at = node;
      var own = new OwnLedgerRequest(this);
      ownRequest = own;
      become(SearchEvent.ASKED_OWN_LEDGER);
      acquireHere(own);
      return;
    }
    number = table.renumber(this, number);
    var frame = LeaseRequestFrame.of(requester, number, hops).toBytes();
    if (dependencies.messaging().send(node, frame)) {
      at = node;
      become(SearchEvent.ASKED_PEER);
    } else { // the node has left, and the view does not show it yet
      reconsiderLater();
    }
  }

  private void acquireHere(OwnLedgerRequest own) {
    if (!dependencies.ledgers().acquire(PlacementGroupCodec.of(requester.placement()), own)) {
      become(SearchEvent.TURNED_AWAY);
      doubtBundle();
    }
  }

  /** Takes the request back from where it is; called under the monitor. */
  private void leave() {
    switch (state) {
      case UNPLACED, OVER -> {}
      case AT_OWN_LEDGER -> {
        become(SearchEvent.WITHDRAWN);
        dependencies.ledgers().rescanQueue(PlacementGroupCodec.of(requester.placement()));
      }
      case AT_PEER -> {
        dependencies
            .messaging()
            .send(
                Objects.requireNonNull(at),
                FrameWriter.of(FrameKind.LEASE_WITHDRAW).int64(number).toBytes());
        become(SearchEvent.WITHDRAWN);
      }
    }
  }

  /** Refreshes the group: the node does not have the bundle that it should have. */
  private void doubtBundle() {
    if (requester.placement() instanceof Placement.Group group) {
      dependencies.ledgers().bundles().refresh(group.group().id());
    }
  }

  private void reconsiderLater() {
    Runnable _ = dependencies.timeoutSettings().timer().after(RETRY_DELAY, attempt::request);
  }

  // ---- answers

  /**
   * Follows a redirect to another node. A node that grants nothing more redirects to this node,
   * which chooses anew.
   */
  void redirected(NodeId from, long question, NodeId to, int hops) {
    boolean chooses = dependencies.membership().peer(to) == null || to.equals(dependencies.self());
    synchronized (this) {
      if (!isAt(from, question)) {
        return;
      }
      become(SearchEvent.REDIRECTED);
      refusing = chooses ? from : null;
      if (!chooses) {
        moveTo(to, hops);
      }
    }
    if (isUnplaced()) {
      attempt.request();
    }
  }

  /** Forgets a request to a node that has left, or whose grant cannot be used. */
  synchronized void lose(NodeId node) {
    if (state == LeaseSearchState.AT_PEER && node.equals(at)) {
      become(SearchEvent.LOST);
    }
  }

  /** Starts a new attempt, as the local bundle has closed. */
  void turnAway(OwnLedgerRequest own) {
    synchronized (this) {
      if (ownRequest != own) {
        return;
      }
      become(SearchEvent.TURNED_AWAY);
    }
    attempt.request();
  }

  /**
   * Ends the search, as the local ledger has granted the request; returns false if the request has
   * moved on.
   */
  synchronized boolean endsGranted(OwnLedgerRequest own) {
    boolean ends = ownRequest == own;
    if (ends) {
      become(SearchEvent.GRANTED);
    }
    return ends;
  }

  /**
   * Returns whether the local ledger should still grant the request; a withdrawn one is forgotten.
   */
  synchronized boolean isWantedBy(OwnLedgerRequest own) {
    if (ownRequest != own) {
      return false;
    }
    boolean wanted = requester.stillWants();
    if (!wanted) {
      become(SearchEvent.UNWANTED);
    }
    return wanted;
  }
}
