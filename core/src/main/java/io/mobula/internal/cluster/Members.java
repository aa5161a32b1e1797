package io.mobula.internal.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent;
import akka.cluster.ClusterEvent.ClusterDomainEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.cluster.typed.Leave;
import akka.cluster.typed.Subscribe;
import io.mobula.NodeId;
import io.mobula.internal.cluster.Gate.Goodbye;
import io.mobula.internal.cluster.Gate.Hello;
import io.mobula.internal.cluster.Gate.Removed;
import io.mobula.internal.cluster.Gate.Verify;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches Akka Cluster, exchanges hellos, and tells the listeners. What it finds is published by
 * {@link ClusterMembership} before any listener hears of it.
 */
final class Members extends AbstractOnMessageBehavior<Members.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(Members.class);
  private static final Duration BETWEEN_HELLOS = Duration.ofMillis(100);
  private static final String FOUND_DEAD = "it does not answer and was taken for dead";

  sealed interface Command
      permits Hello, Goodbye, Verify, Removed, Changed, Greet, Listen, Died, Ended, Awake, Depart {}

  /** Akka Cluster has news. */
  private record Changed(ClusterDomainEvent event) implements Command {}

  /** Hellos may be due. */
  private record Greet() implements Command {}

  record Listen(Membership.Listener listener) implements Command {}

  record Died(NodeId id, String how) implements Command {}

  /** The process of this actor system is dead beyond doubt, whether or not its node is known. */
  record Ended(Seat seat, String how) implements Command {}

  /** This process has stood still for some seconds, and may have been removed meanwhile. */
  record Awake() implements Command {}

  /**
   * This node ends.
   *
   * @param system whether its actor system shall leave the cluster, too
   */
  record Depart(boolean system) implements Command {}

  private final ClusterMembership membership;
  private static final Greet GREET = new Greet();

  private final TimerScheduler<Command> timers;
  private final Cluster cluster;
  private final Seat self;
  private final Roster roster = new Roster();
  private final List<Membership.Listener> listeners = new ArrayList<>();
  private final Map<Seat, String> causes = new HashMap<>();
  private final RecentSeats buried = new RecentSeats();
  private int ticksUp;
  private boolean departing;

  private Members(
      ActorContext<Command> context, TimerScheduler<Command> timers, ClusterMembership membership) {
    super(context);
    this.membership = membership;
    this.cluster = Cluster.get(context.getSystem());
    this.self = Seat.of(cluster.selfMember());
    Function<ClusterDomainEvent, Command> news = Changed::new;
    cluster
        .subscriptions()
        .tell(Subscribe.create(
            context.messageAdapter(ClusterDomainEvent.class, news::apply),
            ClusterDomainEvent.class));
    this.timers = timers;
    greetLater();
  }

  static Behavior<Command> create(ClusterMembership membership) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new Members(context, timers, membership)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Changed(var event) -> onEvent(event);
      case Hello hello -> onHello(hello);
      case Goodbye(var id) -> tell(roster.ended(id, "it has left"));
      case Greet greet -> onGreet();
      case Listen(var listener) -> onListen(listener);
      case Verify verify -> onVerify(verify);
      case Removed(var id) -> onRemoved(id);
      case Awake _ -> onAwake();
      case Died(var id, var how) -> onDied(id, how);
      case Ended(var seat, var how) -> onEnded(seat, how);
      case Depart(var system) -> onDepart(system);
    }
    greetLater();
    return this;
  }

  /** Akka's own family of events; those not named say nothing of who is there. */
  private void onEvent(ClusterDomainEvent event) {
    if (!membership.hasMet()) {
      noteProgress(event);
    }
    if (event instanceof ClusterEvent.MemberUp up) {
      onUp(up.member());
    } else if (event instanceof ClusterEvent.MemberDowned downed) {
      onAway(Seat.of(downed.member()), FOUND_DEAD);
    } else if (event instanceof ClusterEvent.MemberRemoved removed && !membership.isRemoved()) {
      boolean dead = removed.previousStatus().equals(MemberStatus.down());
      onAway(Seat.of(removed.member()), dead ? FOUND_DEAD : "its process has left");
      causes.remove(Seat.of(removed.member()));
      membership.evidence().prune();
    } else if (event instanceof ClusterEvent.ClusterShuttingDown$) {
      membership.removed(departing);
    }
  }

  /** Notes progress of joining: each change of a member shows that the cluster is at work. */
  private void noteProgress(ClusterDomainEvent event) {
    if (event instanceof ClusterEvent.MemberEvent news) {
      var who =
          Seat.of(news.member()).equals(self) ? "this node" : news.member().address();
      membership.progress(who + " is " + news.member().status() + " in the cluster");
    } else if (event instanceof ClusterEvent.ReachableMember news) {
      membership.progress(news.member().address() + " can be reached again");
    }
  }

  private void onUp(Member member) {
    var seat = Seat.of(member);
    if (seat.equals(self)) {
      membership.up();
    } else {
      roster.up(seat, member.getRoles().stream().anyMatch(ClusterSystem::isOurs));
      greet(seat);
    }
  }

  private void onAway(Seat seat, String how) {
    if (how.equals(FOUND_DEAD)) {
      buried.add(seat);
    }
    tell(roster.away(seat, causes.getOrDefault(seat, how)));
  }

  private void onHello(Hello hello) {
    var seat = new Seat(hello.peer().address(), hello.uid());
    boolean news = !roster.knows(seat);
    tell(roster.hello(seat, hello.peer(), hello.knowsYou()));
    if (roster.knows(seat) && (news || !hello.knowsYou())) {
      greet(seat);
    }
  }

  /** As long as there is somebody to meet, or the news of who is there may be on their way. */
  private void greetLater() {
    if ((!membership.hasMet() || roster.hasStrangers()) && !timers.isTimerActive(GREET)) {
      timers.startSingleTimer(GREET, GREET, BETWEEN_HELLOS);
    }
  }

  private void onGreet() {
    roster.toGreet().forEach(this::greet);
    ticksUp += membership.isUp() ? 1 : 0;
    var unmet = roster.unmet();
    membership.unmet(unmet);
    // one interval later everything that came with the news of being up has been heard
    if (ticksUp > 1 && unmet.isEmpty()) {
      membership.met();
    }
  }

  private void greet(Seat seat) {
    if (!departing) {
      gateOf(seat).tell(new Hello(membership.self(), self.uid(), roster.knows(seat)));
    }
  }

  private ActorRef<Gate.Command> gateOf(Seat seat) {
    return membership.resolve(seat.address(), Gate.NAME);
  }

  private void onListen(Membership.Listener listener) {
    listeners.add(listener);
    roster.peers().values().forEach(peer -> tell(listener, new Roster.Joined(peer)));
  }

  private void onDied(NodeId id, String how) {
    var seat = roster.seatOf(id);
    if (seat == null) {
      return;
    }
    if (!roster.isOurs(seat)) { // the node has gone; somebody else's actor system may well live on
      tell(roster.ended(id, how));
      return;
    }
    onEnded(seat, how);
  }

  /**
   * Downs it without waiting for the resolver, so that it is not counted against the living. Once
   * only: Akka downs whoever has an address, and what is known of members here may be older than
   * what Akka knows, so that doing so again could down a newer incarnation at that address.
   */
  private void onEnded(Seat seat, String how) {
    if (!buried.contains(seat)) {
      cluster.state().getMembers().forEach(member -> bury(member, seat, how));
    }
    tell(roster.away(seat, how));
  }

  private void bury(Member member, Seat seat, String how) {
    if (!Seat.of(member).equals(seat) || member.status().equals(MemberStatus.down())) {
      return;
    }
    buried.add(seat);
    causes.put(seat, how);
    membership.evidence().ended(seat, how);
    LOG.warn("{} is dead ({}): it is removed from the cluster.", named(seat), how);
    cluster.manager().tell(new Down(member.address()));
    Quarantine.of(getContext().getSystem(), member, how);
  }

  private Object named(Seat seat) {
    var peer = roster.peerAt(seat);
    return peer == null ? "The member at " + seat.address() : peer;
  }

  /**
   * Whoever has removed this one says so. Akka does not tell it: what it says to those who have
   * removed it is ignored.
   */
  private void onAwake() {
    for (var seat : roster.seats()) {
      gateOf(seat).tell(new Verify(membership.self().id(), self.address(), self.uid()));
    }
  }

  private void onVerify(Verify verify) {
    var seat = new Seat(verify.address(), verify.uid());
    if (buried.contains(seat)) {
      gateOf(seat).tell(new Removed(verify.id()));
    }
  }

  private void onRemoved(NodeId id) {
    if (id.equals(membership.self().id()) && !departing) {
      membership.removed(false);
      if (membership.ownsSystem()) {
        cluster.manager().tell(new Down(cluster.selfMember().address()));
      }
    }
  }

  private void onDepart(boolean system) {
    departing = true;
    for (var seat : roster.seats()) {
      gateOf(seat).tell(new Goodbye(membership.self().id()));
    }
    if (system) {
      cluster.manager().tell(new Leave(cluster.selfMember().address()));
    } else {
      membership.removed(true);
    }
  }

  private void tell(List<Roster.Change> changes) {
    if (changes.isEmpty()) {
      return;
    }
    membership.publish(roster.peers());
    for (var change : changes) {
      listeners.forEach(listener -> tell(listener, change));
    }
  }

  private static void tell(Membership.Listener listener, Roster.Change change) {
    try {
      switch (change) {
        case Roster.Joined(var peer) -> listener.joined(peer);
        case Roster.Left(var peer, var how) -> listener.left(peer, how);
      }
    } catch (RuntimeException e) { // the others must hear of it all the same
      LOG.error("A listener failed at {}.", change, e);
    }
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      membership.removed(true);
    }
    return this;
  }
}
