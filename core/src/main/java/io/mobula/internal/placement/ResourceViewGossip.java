package io.mobula.internal.placement;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.NodeId;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.ledger.LedgerClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Gossip of resource reports: sends this node's report to all peers and receives theirs. Reports a
 * change immediately after a quiet interval, else once per interval, and sends a heartbeat in any
 * case. The last report of each node counts; that of a node that has left is dropped.
 */
final class ResourceViewGossip extends AbstractOnMessageBehavior<ResourceViewGossip.Command> {
  /** Name of this actor on every node. */
  static final String NAME = "resource-view-gossip";

  private static final Duration LULL = Duration.ofMillis(50);
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  sealed interface Command {}

  /** Notice that the ledger's balance has changed since the last report. */
  record Stale() implements Command {}

  /** Timer message: the rate-limit interval has elapsed. */
  private record IntervalElapsed() implements Command {}

  private record HeartbeatTick() implements Command {}

  /** Answer of the ledger with its balance. */
  private record BalanceReceived(LedgerClient.BalanceSnapshot now) implements Command {}

  record PeerJoined(Peer peer) implements Command {}

  record PeerLeft(NodeId id) implements Command {}

  /**
   * Report of one node's resources.
   *
   * @param node the reporting node
   * @param version increases with each report; the highest counts
   * @param state the node's resources
   * @param wantsReply whether the sender wants the receiver's report in return
   */
  record ResourceReport(NodeId node, long version, NodeResourceReport state, boolean wantsReply)
      implements Command, ControlMessage {}

  private final ClusterResourceView views;
  private final Membership membership;
  private final LedgerClient ledger;
  private final TimerScheduler<Command> timers;
  private final ActorRef<LedgerClient.BalanceSnapshot> balances;
  private final Map<NodeId, Long> versions = new HashMap<>();
  private LedgerClient.BalanceSnapshot last;
  private long version;
  private boolean lulling;
  private boolean stale;

  private ResourceViewGossip(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ClusterResourceView views,
      Membership membership,
      LedgerClient ledger) {
    super(context);
    this.views = views;
    this.membership = membership;
    this.ledger = ledger;
    this.timers = timers;
    this.last = ledger.unused();
    Function<LedgerClient.BalanceSnapshot, Command> balanced = BalanceReceived::new;
    this.balances = context.messageAdapter(LedgerClient.BalanceSnapshot.class, balanced::apply);
    timers.startTimerWithFixedDelay(new HeartbeatTick(), HEARTBEAT);
    look();
  }

  static Behavior<Command> create(
      ClusterResourceView views, Membership membership, LedgerClient ledger) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new ResourceViewGossip(context, timers, views, membership, ledger)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Stale() -> onStale();
      case IntervalElapsed() -> onLulled();
      case HeartbeatTick() -> publish();
      case BalanceReceived(var snapshot) -> {
        last = snapshot;
        publish();
      }
      case PeerJoined(var peer) -> tell(peer, said(true));
      case PeerLeft(var id) -> onLeft(id);
      case ResourceReport report -> onSaid(report);
    }
    return this;
  }

  private void onStale() {
    if (lulling) {
      stale = true;
    } else {
      look();
    }
  }

  private void onLulled() {
    lulling = false;
    if (stale) {
      look();
    }
  }

  private void look() {
    stale = false;
    lulling = true;
    timers.startSingleTimer(new IntervalElapsed(), LULL);
    var self = getContext().getSelf();
    ledger.watch(balances, () -> self.tell(new Stale()));
  }

  private void publish() {
    version++;
    var report = said(false);
    views.put(membership.self(), report.state());
    for (var peer : membership.peers()) {
      tell(peer, report);
    }
  }

  private ResourceReport said(boolean yours) {
    return new ResourceReport(membership.self().id(), version, views.state(last), yours);
  }

  private void tell(Peer peer, ResourceReport report) {
    ActorRef<Command> other = membership.actor(peer, NAME);
    other.tell(report);
  }

  private void onSaid(ResourceReport report) {
    var peer = membership.peer(report.node());
    if (peer == null || peer.equals(membership.self())) {
      // the node has left, or its join is not known yet and its report will be requested then
      return;
    }
    if (report.wantsReply()) {
      tell(peer, said(false));
    }
    if (versions.getOrDefault(report.node(), -1L) < report.version()) {
      versions.put(report.node(), report.version());
      views.put(peer, report.state());
    }
  }

  private void onLeft(NodeId id) {
    versions.remove(id);
    views.remove(id);
  }
}
