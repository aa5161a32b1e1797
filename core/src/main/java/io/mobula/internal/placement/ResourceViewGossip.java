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
 * Tells all peers what this node has and how busy it is, and hears the same of them: at once when
 * it changes after a quiet time, else every {@link #LULL}, and now and then in any case. The last
 * word of each node counts; that of one who has left is forgotten.
 */
final class ResourceViewGossip extends AbstractOnMessageBehavior<ResourceViewGossip.Command> {
  /** Its name, and that of the same actor of every peer. */
  static final String NAME = "views";

  private static final Duration LULL = Duration.ofMillis(50);
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  sealed interface Command {}

  /** The ledger's balance is no longer what was published. */
  record Stale() implements Command {}

  /** May look again. */
  private record IntervalElapsed() implements Command {}

  private record HeartbeatTick() implements Command {}

  /** The ledger's answer. */
  private record BalanceReceived(LedgerClient.BalanceSnapshot now) implements Command {}

  record PeerJoined(Peer peer) implements Command {}

  record PeerLeft(NodeId id) implements Command {}

  /**
   * What a node says of itself.
   *
   * @param node whose it is
   * @param version counts up, so that the last one counts
   * @param state what it says
   * @param wantsReply whether it wants to hear the same of the receiver
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
      return; // it has left, or we hear of it soon and ask
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
