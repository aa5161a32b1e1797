package io.mobula.internal.group;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.placement.PlacementGroupId;
import io.mobula.spi.ActorSpawner;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Actors of placement groups in this process: the agent, the gossip of bundles' loads, and the
 * scheduler or its singleton. Thread-safe.
 */
final class GroupActors {
  private static final String SCHEDULER = "groups";
  private static final Duration GATHER = Duration.ofSeconds(5);
  private static final Duration NODE_ANSWER = Duration.ofSeconds(2);
  private static final Duration HOLD = Duration.ofSeconds(6);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(2);

  private final Membership membership;
  private final LedgerClient ledger;
  private final BundleLedgers ledgers;
  private final GroupTable table;
  private final GroupUpdates updates;
  private final Consumer<PlacementGroupId> inquiry;
  private volatile @Nullable ActorRef<GroupScheduler.Command> hosted;
  private volatile @Nullable ActorRef<BundleLoadGossip.Command> gossip;
  private volatile @Nullable GroupSchedulerSingleton singleton;
  private volatile PlacementCapacity own;

  /**
   * Creates the set of actors; none runs yet.
   *
   * @param inquiry queries the scheduler for a group whose known status may be out of date
   */
  GroupActors(
      PlacementGroupService.Dependencies dependencies,
      BundleLedgers ledgers,
      GroupTable table,
      GroupUpdates updates,
      Consumer<PlacementGroupId> inquiry) {
    this.membership = dependencies.membership();
    this.ledger = dependencies.ledger();
    this.ledgers = ledgers;
    this.table = table;
    this.updates = updates;
    this.inquiry = inquiry;
    this.own = PlacementCapacity.ofNode(membership.self(), ledger.unused());
  }

  /** Starts the actors of a node without a cluster; returns the scheduler. */
  ActorRef<GroupScheduler.Command> startAlone(ActorSpawner spawner) {
    startAgent(spawner);
    var watcher = spawner.spawn(
        LocalCapacityWatcher.create(
            ledger,
            snapshot -> own = PlacementCapacity.ofNode(membership.self(), snapshot),
            this::viewChanged),
        LocalCapacityWatcher.NAME);
    var capacity =
        new UnreservedCapacity(() -> own, () -> watcher.tell(new LocalCapacityWatcher.Refresh()));
    return spawner.spawn(scheduler(capacity, Duration.ZERO), SCHEDULER);
  }

  /**
   * Starts the actors of a member of a cluster; returns a proxy of the scheduler, which runs on one
   * member.
   *
   * @param view the resources of all nodes
   * @param unschedulableTimeout how long a group may be unschedulable before it fails
   */
  ActorRef<GroupScheduler.Command> startInCluster(
      ActorSystem<?> system,
      ActorSpawner spawner,
      Supplier<PlacementCapacity> view,
      Duration unschedulableTimeout) {
    startAgent(spawner);
    gossip =
        spawner.spawn(BundleLoadGossip.create(membership, ledgers, table), BundleLoadGossip.NAME);
    var opened = GroupSchedulerSingleton.open(
        system,
        membership.self().id(),
        () -> scheduler(new UnreservedCapacity(view, () -> {}), unschedulableTimeout));
    singleton = opened;
    return opened.scheduler();
  }

  private void startAgent(ActorSpawner spawner) {
    spawner.spawn(
        GroupAgent.create(
            new GroupAgent.Dependencies(
                membership.self().id(), ledger, ledgers, table, new GroupAgentListener()),
            HOLD),
        GroupAgent.NAME);
  }

  private Behavior<GroupScheduler.Command> scheduler(
      UnreservedCapacity capacity, Duration unschedulableTimeout) {
    return GroupScheduler.create(new GroupScheduler.Dependencies(
        membership,
        capacity,
        new SchedulerTiming(
            GATHER.toMillis(),
            NODE_ANSWER.toMillis(),
            FIRST_PAUSE.toMillis(),
            MAX_PAUSE.toMillis(),
            unschedulableTimeout.toMillis()),
        new LocalSchedulerListener()));
  }

  /** Tells these actors of peers that join and leave, from now on. */
  void watchMembers() {
    membership.subscribe(new MembershipListener());
  }

  /** Tells the scheduler that free resources have changed. */
  void viewChanged() {
    tell(new GroupScheduler.ViewChanged());
  }

  private void tell(GroupScheduler.Command change) {
    var present = hosted;
    if (present != null) {
      present.tell(change);
    }
  }

  /** Ends the singleton here; the scheduler runs elsewhere from now on. */
  void close() {
    var present = singleton;
    if (present != null) {
      present.close();
    }
  }

  /** Listener that tells the scheduler in this process which peers join and leave. */
  private final class MembershipListener implements Membership.Listener {
    @Override
    public void joined(Peer peer) {
      tell(new GroupScheduler.NodeJoined(peer.id()));
      var present = gossip;
      if (present != null) {
        present.tell(new BundleLoadGossip.PeerJoined(peer));
      }
    }

    @Override
    public void left(Peer peer, String how) {
      table.left(peer.id());
      tell(new GroupScheduler.NodeLeft(peer.id()));
    }
  }

  /** Listener that notes which scheduler runs in this process. */
  private final class LocalSchedulerListener implements GroupScheduler.SchedulerListener {
    @Override
    public void started(ActorRef<GroupScheduler.Command> actor) {
      hosted = actor;
    }

    @Override
    public void ended(ActorRef<GroupScheduler.Command> actor) {
      if (actor.equals(hosted)) {
        hosted = null;
      }
    }
  }

  /** Listener that passes on what the agent has learned. */
  private final class GroupAgentListener implements GroupAgent.AgentListener {
    @Override
    public void ended(PlacementGroupId id, GroupTable.EndedGroup ended) {
      updates.endWork(id, ended);
    }

    @Override
    public void staleGroup(PlacementGroupId id) {
      inquiry.accept(id);
    }

    @Override
    public void bundlesChanged() {
      var present = gossip;
      if (present != null) {
        present.tell(new BundleLoadGossip.BundlesChanged());
      }
    }
  }
}
