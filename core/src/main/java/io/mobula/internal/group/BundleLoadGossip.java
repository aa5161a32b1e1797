package io.mobula.internal.group;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.group.BundleLedgers.OpenBundle;
import io.mobula.internal.ledger.LedgerClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gossip of bundle loads: tells all peers how busy this node's bundles are, so that work for any
 * bundle of a group goes to one with free resources. Reports changes, at most once per interval,
 * and nothing while there are no bundles here.
 */
final class BundleLoadGossip extends AbstractOnMessageBehavior<BundleLoadGossip.Command> {
  static final String NAME = "bundle-load-gossip";

  /** Maximum number of bundles in one message; a program may create any number of them. */
  static final int MAX_IN_MESSAGE = 500;

  private static final Duration LULL = Duration.ofMillis(50);

  sealed interface Command {}

  /** Notice that other bundles are on this node than before. */
  record BundlesChanged() implements Command {}

  /** Notice that a peer has joined, which has no report yet. */
  record PeerJoined(Peer peer) implements Command {}

  /** Notice that a ledger's balance has changed. */
  private record Stale(OpenBundle bundle) implements Command {}

  /** Answer of a ledger with its balance. */
  private record BalanceReceived(OpenBundle bundle, LedgerClient.BalanceSnapshot now)
      implements Command {}

  /** Timer message: the rate-limit interval has elapsed. */
  private record IntervalElapsed() implements Command {}

  private final Membership membership;
  private final BundleLedgers ledgers;
  private final GroupTable table;
  private final TimerScheduler<Command> timers;
  private final Map<OpenBundle, BundleLoad> last = new HashMap<>();
  private final Set<OpenBundle> known = new HashSet<>();
  private final Set<OpenBundle> stale = new HashSet<>();
  private boolean untold;

  private BundleLoadGossip(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Membership membership,
      BundleLedgers ledgers,
      GroupTable table) {
    super(context);
    this.timers = timers;
    this.membership = membership;
    this.ledgers = ledgers;
    this.table = table;
  }

  static Behavior<Command> create(Membership membership, BundleLedgers ledgers, GroupTable table) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new BundleLoadGossip(context, timers, membership, ledgers, table)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case BundlesChanged() -> onRearranged();
      case PeerJoined(var peer) -> {
        if (!last.isEmpty()) {
          tell(peer, List.copyOf(last.values()));
        }
      }
      case Stale(var bundle) -> {
        stale.add(bundle);
        lull();
      }
      case BalanceReceived(var bundle, var snapshot) -> onBalanced(bundle, snapshot);
      case IntervalElapsed() -> onLulled();
    }
    return this;
  }

  private void onRearranged() {
    var all = Set.copyOf(ledgers.all());
    boolean fewer = known.retainAll(all);
    last.keySet().retainAll(all);
    stale.retainAll(all);
    for (var bundle : all) {
      if (known.add(bundle)) {
        look(bundle);
      }
    }
    if (fewer) {
      untold = true;
      lull();
    }
  }

  private void look(OpenBundle bundle) {
    var self = getContext().getSelf();
    bundle
        .ledger()
        .watch(
            snapshot -> self.tell(new BalanceReceived(bundle, snapshot)),
            () -> self.tell(new Stale(bundle)));
  }

  private void onBalanced(OpenBundle bundle, LedgerClient.BalanceSnapshot snapshot) {
    if (known.contains(bundle)) {
      last.put(
          bundle,
          new BundleLoad(
              bundle.id(), bundle.bundle(), snapshot.available().asUnits(), snapshot.queued()));
      untold = true;
      lull();
    }
  }

  private void lull() {
    if (!timers.isTimerActive(IntervalElapsed.class)) {
      timers.startSingleTimer(IntervalElapsed.class, new IntervalElapsed(), LULL);
    }
  }

  private void onLulled() {
    stale.forEach(this::look);
    stale.clear();
    if (untold) {
      untold = false;
      var all = List.copyOf(last.values());
      table.putLoads(membership.self().id(), all, true);
      membership.peers().forEach(peer -> tell(peer, all));
    }
  }

  private void tell(Peer peer, List<BundleLoad> all) {
    ActorRef<GroupAgent.Command> keeper = membership.actor(peer, GroupAgent.NAME);
    for (int from = 0; from == 0 || from < all.size(); from += MAX_IN_MESSAGE) {
      var part = all.subList(from, Math.min(all.size(), from + MAX_IN_MESSAGE));
      keeper.tell(new GroupAgent.BundleLoads(membership.self().id(), part, from == 0));
    }
  }
}
