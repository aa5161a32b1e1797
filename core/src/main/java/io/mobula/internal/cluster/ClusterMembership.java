package io.mobula.internal.cluster;

import akka.actor.InvalidActorNameException;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import io.mobula.NodeId;
import io.mobula.error.ClusterException;
import io.mobula.error.InvalidRequestException;
import io.mobula.info.NodeInfo;
import io.mobula.internal.memory.SuspendAwareClock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Membership of a process in a cluster, for use by any thread. Two actors do the work,
 * {@link MembershipActor} and {@link JoinGatekeeper}.
 */
public final class ClusterMembership implements Membership {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterMembership.class);
  private static final int MAX_NAMED = 10;
  private static final Duration NAME_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(10);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final ActorSystem<?> system;
  private final ClusterSettings settings;
  private final boolean ownsSystem;
  private final Peer self;
  private final ActorRefResolver resolver;
  private final ActorRef<MembershipActor.Command> members;
  private final CompletableFuture<Boolean> met = new CompletableFuture<>();
  private final CompletableFuture<Boolean> removed = new CompletableFuture<>();
  private final Runnable onRemoved;
  private final MemberLiveness evidence;
  private final SuspendAwareClock clock;
  private volatile JoinDeadline deadline;
  private volatile Map<NodeId, Peer> peers = Map.of();
  private volatile List<SystemAddress> unmet = List.of();
  private volatile boolean up;
  private volatile boolean joining;
  private volatile boolean leaving;

  /** Callbacks to the node of the membership. */
  public interface NodeCallbacks {
    /** Starts an actor of the node. */
    <T> ActorRef<T> spawn(Behavior<T> behavior, String name);

    /** Ends the node, as the others have removed this process. Called once; must not block. */
    void removedFromCluster();
  }

  private ClusterMembership(
      ActorSystem<?> system,
      Peer self,
      ClusterSettings settings,
      boolean ownsSystem,
      SuspendAwareClock clock,
      NodeCallbacks node) {
    this.system = system;
    this.settings = settings;
    this.ownsSystem = ownsSystem;
    this.self = self;
    this.clock = clock;
    this.deadline = new JoinDeadline(settings.joinTimeout(), clock::nanos);
    this.resolver = ActorRefResolver.get(system);
    this.onRemoved = node::removedFromCluster;
    this.evidence = MemberLiveness.of(Adapter.toClassic(system));
    this.members = node.spawn(MembershipActor.create(this), "members");
    evidence.open(new MemberLiveness.NodeContext(
        Adapter.toClassic(system),
        self.store(),
        clock,
        settings.stoppedAfter(),
        (systemAddress, how) -> members.tell(new MembershipActor.SystemDied(systemAddress, how))));
    openGate();
  }

  /**
   * Starts the gatekeeper; retries while a node that was closed in the same system still has its
   * name.
   */
  private void openGate() {
    long end = System.nanoTime() + NAME_TIMEOUT.toNanos();
    while (true) {
      try {
        system.systemActorOf(
            JoinGatekeeper.create(this, members), JoinGatekeeper.NAME, Props.empty());
        return;
      } catch (InvalidActorNameException taken) {
        if (end - System.nanoTime() < 0) {
          throw new InvalidRequestException("The actor system " + system.name()
              + " has a node already that is member of a cluster. Close that one first.");
        }
        LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      }
    }
  }

  /**
   * Starts to watch the cluster and to answer; does not join yet.
   *
   * @param ownsSystem whether the actor system joins and leaves with the node
   * @param clock advances only while this process runs
   */
  public static ClusterMembership start(
      ActorSystem<?> system,
      Peer self,
      ClusterSettings settings,
      boolean ownsSystem,
      SuspendAwareClock clock,
      NodeCallbacks node) {
    return new ClusterMembership(system, self, settings, ownsSystem, clock, node);
  }

  /**
   * Asks the other members whether they have removed this process, which has been stalled for some
   * seconds.
   */
  public void verifyMembership() {
    members.tell(new MembershipActor.CheckRemoval());
  }

  boolean ownsSystem() {
    return ownsSystem;
  }

  /** Returns what is known of members' processes beyond their heartbeats. */
  MemberLiveness evidence() {
    return evidence;
  }

  /** Returns the address at which others reach this actor system, {@code host:port}. */
  public static String addressOf(ActorSystem<?> system) {
    return SystemAddress.of(Cluster.get(system).selfMember()).address();
  }

  /**
   * Joins the cluster; returns when this process and all that were up before know each other.
   * Blocks for the join timeout at most, counted from the last progress, and for
   * {@link ClusterSettings#maxJoinTime()} in all.
   *
   * @throws ClusterException when the join is refused, or no seed answers
   */
  public void join() {
    var until = new JoinDeadline(settings.joinTimeout(), clock::nanos);
    deadline = until;
    SeedJoiner joiner =
        new SeedJoiner(system, self, settings, this::<JoinGatekeeper.Command>resolve);
    var to = self.address();
    if (ownsSystem) {
      var seeds =
          settings.seeds().stream().filter(seed -> !seed.equals(self.address())).toList();
      to = seeds.isEmpty() ? to : joiner.awaitWelcome(seeds, until);
      joining = true;
      Cluster.get(system).manager().tell(joiner.joinAt(to));
    }
    boolean welcomed = !to.equals(self.address());
    while (!isMetWithin(Math.min(until.remainingNanos(), BETWEEN_LOOKS.toNanos()))) {
      waitForSilentMembers(until);
      if (until.remainingNanos() <= 0 || removed.isDone()) {
        throw notInTime(until);
      }
      if (welcomed) {
        joiner.requestJoin(to); // renews the reservation of this node's name there
      }
    }
  }

  /**
   * Extends the deadline while a member is silent: the cluster takes nobody in until that member
   * answers again or is removed, which the cluster decides by its own timeouts.
   */
  private void waitForSilentMembers(JoinDeadline until) {
    var silent = up ? List.<String>of() : silentMembers();
    if (!silent.isEmpty()) {
      until.extend("the cluster waits for members that do not answer: " + silent);
    }
  }

  /** Returns the members that have not seen the present state of the cluster. */
  private List<String> silentMembers() {
    var state = Cluster.get(system).state();
    var seen = state.getSeenBy();
    return StreamSupport.stream(state.getMembers().spliterator(), false)
        .filter(member -> member.status().equals(MemberStatus.up()))
        .filter(member -> !seen.contains(member.address()))
        .limit(MAX_NAMED)
        .map(member -> SystemAddress.of(member).address())
        .toList();
  }

  private boolean isMetWithin(long nanos) {
    try {
      return met.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException later) {
      return false;
    } catch (ExecutionException never) { // the future is never completed exceptionally
      throw new IllegalStateException(never);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException(
          ClusterException.Reason.INTERRUPTED, "Interrupted while joining " + name() + ".");
    }
  }

  private ClusterException notInTime(JoinDeadline until) {
    var waiting = unmet.stream().limit(MAX_NAMED).map(SystemAddress::address).toList();
    var what = removed.isDone()
        ? "it was removed again"
        : up
            ? "these members have not introduced themselves: " + waiting
            : "the cluster has not taken it in; it does so only while all of its members can be "
                + "reached, and these do not answer: " + silentMembers();
    return new ClusterException(
        ClusterException.Reason.NOT_IN_TIME,
        self + " joined " + name() + ", but " + what + ". " + until.describe());
  }

  /**
   * Notes that joining has made progress, which extends its deadline.
   *
   * @param step what has happened, as text
   */
  void progress(String step) {
    deadline.extend(step);
  }

  private String name() {
    return "cluster " + settings.identity().cluster();
  }

  /**
   * Leaves: says goodbye to the other members, and leaves with the actor system if it belongs to
   * the node. Blocks until they have taken note, for the leave timeout at most. A second call has
   * no effect.
   */
  public void leave() {
    if (leaving || removed.isDone()) {
      return;
    }
    leaving = true;
    boolean system = ownsSystem && joining;
    members.tell(new MembershipActor.Depart(system));
    try {
      removed.get(settings.leaveTimeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException late) {
      LOG.warn(
          "{} did not take note of the leave of {} within {}; it will regard the node as dead.",
          name(),
          self,
          settings.leaveTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the settings of this process in the cluster. */
  public ClusterSettings settings() {
    return settings;
  }

  @Override
  public Peer self() {
    return self;
  }

  @Override
  public Collection<Peer> peers() {
    return peers.values();
  }

  @Override
  public @Nullable Peer peer(NodeId id) {
    return id.equals(self.id()) ? self : peers.get(id);
  }

  @Override
  public <T> ActorRef<T> actor(Peer peer, String name) {
    return resolve(peer.address(), "mobula-" + peer.id() + "/" + name);
  }

  <T> ActorRef<T> resolve(String address, String path) {
    return resolver.resolveActorRef("akka://" + system.name() + "@" + address + "/system/" + path);
  }

  @Override
  public void reportDead(NodeId id, String how) {
    members.tell(new MembershipActor.NodeDied(id, how));
  }

  @Override
  public void subscribe(Listener listener) {
    members.tell(new MembershipActor.AddListener(listener));
  }

  @Override
  public NodeInfo.State statusOf(Peer peer) {
    var state = Cluster.get(system).state();
    for (var member : state.getMembers()) {
      if (SystemAddress.of(member).address().equals(peer.address())) {
        return state.getUnreachable().contains(member)
            ? NodeInfo.State.UNREACHABLE
            : stateOf(member.status());
      }
    }
    return NodeInfo.State.LEAVING;
  }

  private static NodeInfo.State stateOf(MemberStatus status) {
    return status.equals(MemberStatus.up()) || status.equals(MemberStatus.joining())
        ? NodeInfo.State.ALIVE
        : NodeInfo.State.LEAVING;
  }

  boolean isUp() {
    return up;
  }

  /** Returns whether this process is no longer a member. */
  public boolean isRemoved() {
    return removed.isDone();
  }

  void up() {
    up = true;
    progress("the cluster has taken this node in");
    if (settings.seeds().isEmpty() && ownsSystem) {
      met.complete(true); // this node has formed the cluster, and no member was up before
    }
  }

  void unmet(List<SystemAddress> systemAddresses) {
    if (systemAddresses.size() < unmet.size()) {
      progress("a member has introduced itself, " + systemAddresses.size() + " have not yet");
    }
    unmet = systemAddresses;
  }

  /** Returns whether all members that were up when this node came up have been met. */
  boolean hasMet() {
    return met.isDone();
  }

  void met() {
    met.complete(true);
  }

  void publish(Map<NodeId, Peer> all) {
    peers = Map.copyOf(all);
  }

  /** Notes that Akka Cluster has ended here, or the actor that watches it. */
  void removed(boolean wanted) {
    evidence.close();
    if (removed.complete(wanted) && !wanted && !leaving) {
      LOG.error(
          "{} was removed from {}: the others could not reach it, or it could reach too few of them. Its node ends.",
          self,
          name());
      onRemoved.run();
    }
  }
}
