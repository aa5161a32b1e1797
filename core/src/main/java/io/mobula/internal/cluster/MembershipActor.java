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
import io.mobula.internal.cluster.JoinGatekeeper.Goodbye;
import io.mobula.internal.cluster.JoinGatekeeper.Hello;
import io.mobula.internal.cluster.JoinGatekeeper.RemovalNotice;
import io.mobula.internal.cluster.JoinGatekeeper.VerifyMembership;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Actor that watches Akka Cluster, exchanges hellos with other nodes and notifies the listeners.
 * {@link ClusterMembership} publishes each change before a listener hears of it.
 */
final class MembershipActor extends AbstractOnMessageBehavior<MembershipActor.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(MembershipActor.class);
  private static final Duration BETWEEN_HELLOS = Duration.ofMillis(100);
  private static final String FOUND_DEAD = "it does not answer and was taken for dead";

  sealed interface Command
      permits Hello,
          Goodbye,
          VerifyMembership,
          RemovalNotice,
          ClusterChanged,
          GreetTick,
          AddListener,
          NodeDied,
          SystemDied,
          CheckRemoval,
          Depart {}

  /** Event of Akka Cluster. */
  private record ClusterChanged(ClusterDomainEvent event) implements Command {}

  /** Timer message: hellos may be due. */
  private record GreetTick() implements Command {}

  record AddListener(Membership.Listener listener) implements Command {}

  record NodeDied(NodeId id, String how) implements Command {}

  /**
   * Notice that the process of an actor system is dead beyond doubt, whether or not its node is
   * known.
   */
  record SystemDied(SystemAddress systemAddress, String how) implements Command {}

  /** Notice that this process was stalled for some seconds and may have been removed. */
  record CheckRemoval() implements Command {}

  /**
   * Command to leave, as this node ends.
   *
   * @param system whether its actor system leaves the cluster, too
   */
  record Depart(boolean system) implements Command {}

  private final ClusterMembership membership;
  private static final GreetTick GREET = new GreetTick();

  private final TimerScheduler<Command> timers;
  private final Cluster cluster;
  private final SystemAddress self;
  private final HandshakeTable handshakes = new HandshakeTable();
  private final List<Membership.Listener> listeners = new ArrayList<>();
  private final Map<SystemAddress, String> causes = new HashMap<>();
  private final RemovedSystems removedSystems = new RemovedSystems();
  private int ticksUp;
  private boolean departing;

  private MembershipActor(
      ActorContext<Command> context, TimerScheduler<Command> timers, ClusterMembership membership) {
    super(context);
    this.membership = membership;
    this.cluster = Cluster.get(context.getSystem());
    this.self = SystemAddress.of(cluster.selfMember());
    Function<ClusterDomainEvent, Command> toCommand = ClusterChanged::new;
    cluster
        .subscriptions()
        .tell(Subscribe.create(
            context.messageAdapter(ClusterDomainEvent.class, toCommand::apply),
            ClusterDomainEvent.class));
    this.timers = timers;
    greetLater();
  }

  static Behavior<Command> create(ClusterMembership membership) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new MembershipActor(context, timers, membership)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case ClusterChanged(var event) -> onEvent(event);
      case Hello hello -> onHello(hello);
      case Goodbye(var id) -> tell(handshakes.removeNode(id, "it has left"));
      case GreetTick greetTick -> onGreet();
      case AddListener(var listener) -> onListen(listener);
      case VerifyMembership verifyMembership -> onVerify(verifyMembership);
      case RemovalNotice(var id) -> onRemoved(id);
      case CheckRemoval _ -> onAwake();
      case NodeDied(var id, var how) -> onDied(id, how);
      case SystemDied(var systemAddress, var how) -> onEnded(systemAddress, how);
      case Depart(var system) -> onDepart(system);
    }
    greetLater();
    return this;
  }

  /** Handles the events of Akka that tell of members; the others are ignored. */
  private void onEvent(ClusterDomainEvent event) {
    if (!membership.hasMet()) {
      noteProgress(event);
    }
    if (event instanceof ClusterEvent.MemberUp up) {
      onUp(up.member());
    } else if (event instanceof ClusterEvent.MemberDowned downed) {
      onAway(SystemAddress.of(downed.member()), FOUND_DEAD);
    } else if (event instanceof ClusterEvent.MemberRemoved removed && !membership.isRemoved()) {
      boolean dead = removed.previousStatus().equals(MemberStatus.down());
      onAway(SystemAddress.of(removed.member()), dead ? FOUND_DEAD : "its process has left");
      causes.remove(SystemAddress.of(removed.member()));
      membership.evidence().prune();
    } else if (event instanceof ClusterEvent.ClusterShuttingDown$) {
      membership.removed(departing);
    }
  }

  /** Notes progress of joining: each change of a member shows that the cluster is working. */
  private void noteProgress(ClusterDomainEvent event) {
    if (event instanceof ClusterEvent.MemberEvent memberEvent) {
      var who = SystemAddress.of(memberEvent.member()).equals(self)
          ? "this node"
          : memberEvent.member().address();
      membership.progress(who + " is " + memberEvent.member().status() + " in the cluster");
    } else if (event instanceof ClusterEvent.ReachableMember reachable) {
      membership.progress(reachable.member().address() + " can be reached again");
    }
  }

  private void onUp(Member member) {
    var systemAddress = SystemAddress.of(member);
    if (systemAddress.equals(self)) {
      membership.up();
    } else {
      handshakes.addSystem(
          systemAddress, member.getRoles().stream().anyMatch(ClusterSystemConfig::isMobulaRole));
      greet(systemAddress);
    }
  }

  private void onAway(SystemAddress systemAddress, String how) {
    if (how.equals(FOUND_DEAD)) {
      removedSystems.add(systemAddress);
    }
    tell(handshakes.removeSystem(systemAddress, causes.getOrDefault(systemAddress, how)));
  }

  private void onHello(Hello hello) {
    var systemAddress = new SystemAddress(hello.peer().address(), hello.uid());
    boolean isNew = !handshakes.knows(systemAddress);
    tell(handshakes.onHello(systemAddress, hello.peer(), hello.knowsYou()));
    if (handshakes.knows(systemAddress) && (isNew || !hello.knowsYou())) {
      greet(systemAddress);
    }
  }

  /** Schedules hellos while a member is to be met, or news of members may be on the way. */
  private void greetLater() {
    if ((!membership.hasMet() || handshakes.hasUngreeted()) && !timers.isTimerActive(GREET)) {
      timers.startSingleTimer(GREET, GREET, BETWEEN_HELLOS);
    }
  }

  private void onGreet() {
    handshakes.toGreet().forEach(this::greet);
    ticksUp += membership.isUp() ? 1 : 0;
    var unmet = handshakes.unmet();
    membership.unmet(unmet);
    // one interval later every event that came with MemberUp has been handled
    if (ticksUp > 1 && unmet.isEmpty()) {
      membership.met();
    }
  }

  private void greet(SystemAddress systemAddress) {
    if (!departing) {
      gateOf(systemAddress)
          .tell(new Hello(membership.self(), self.uid(), handshakes.knows(systemAddress)));
    }
  }

  private ActorRef<JoinGatekeeper.Command> gateOf(SystemAddress systemAddress) {
    return membership.resolve(systemAddress.address(), JoinGatekeeper.NAME);
  }

  private void onListen(Membership.Listener listener) {
    listeners.add(listener);
    handshakes.peers().values().forEach(peer -> tell(listener, new HandshakeTable.Joined(peer)));
  }

  private void onDied(NodeId id, String how) {
    var systemAddress = handshakes.systemOf(id);
    if (systemAddress == null) {
      return;
    }
    // only the node has gone; the user's actor system may live on
    if (!handshakes.belongsToNode(systemAddress)) {
      tell(handshakes.removeNode(id, how));
      return;
    }
    onEnded(systemAddress, how);
  }

  /**
   * Downs a dead system without waiting for the resolver, so that it does not count in the vote.
   * This is done once per system: Akka downs by address, and the member list here may be older than
   * Akka's, so a second call could down a newer incarnation at that address.
   */
  private void onEnded(SystemAddress systemAddress, String how) {
    if (!removedSystems.contains(systemAddress)) {
      cluster.state().getMembers().forEach(member -> downMember(member, systemAddress, how));
    }
    tell(handshakes.removeSystem(systemAddress, how));
  }

  private void downMember(Member member, SystemAddress systemAddress, String how) {
    if (!SystemAddress.of(member).equals(systemAddress)
        || member.status().equals(MemberStatus.down())) {
      return;
    }
    removedSystems.add(systemAddress);
    causes.put(systemAddress, how);
    membership.evidence().markDead(systemAddress, how);
    LOG.warn("{} is dead ({}): it is removed from the cluster.", named(systemAddress), how);
    cluster.manager().tell(new Down(member.address()));
    Quarantine.quarantine(getContext().getSystem(), member, how);
  }

  private Object named(SystemAddress systemAddress) {
    var peer = handshakes.peerAt(systemAddress);
    return peer == null ? "The member at " + systemAddress.address() : peer;
  }

  /**
   * Asks all members whether they have removed this process. Akka does not tell: messages to
   * members that have removed this process are ignored.
   */
  private void onAwake() {
    for (var systemAddress : handshakes.systems()) {
      gateOf(systemAddress)
          .tell(new VerifyMembership(membership.self().id(), self.address(), self.uid()));
    }
  }

  private void onVerify(VerifyMembership verifyMembership) {
    var systemAddress = new SystemAddress(verifyMembership.address(), verifyMembership.uid());
    if (removedSystems.contains(systemAddress)) {
      gateOf(systemAddress).tell(new RemovalNotice(verifyMembership.id()));
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
    for (var systemAddress : handshakes.systems()) {
      gateOf(systemAddress).tell(new Goodbye(membership.self().id()));
    }
    if (system) {
      cluster.manager().tell(new Leave(cluster.selfMember().address()));
    } else {
      membership.removed(true);
    }
  }

  private void tell(List<HandshakeTable.PeerChange> changes) {
    if (changes.isEmpty()) {
      return;
    }
    membership.publish(handshakes.peers());
    for (var change : changes) {
      listeners.forEach(listener -> tell(listener, change));
    }
  }

  private static void tell(Membership.Listener listener, HandshakeTable.PeerChange change) {
    try {
      switch (change) {
        case HandshakeTable.Joined(var peer) -> listener.joined(peer);
        case HandshakeTable.Left(var peer, var how) -> listener.left(peer, how);
      }
    } catch (RuntimeException e) { // the other listeners must be notified all the same
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
