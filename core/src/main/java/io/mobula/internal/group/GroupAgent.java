package io.mobula.internal.group;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.NodeId;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupId;
import io.mobula.spi.ActorSpawner;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Agent of placement groups in each process: reserves bundles of the node's ledger on the
 * scheduler's command, opens a ledger for each committed bundle, and keeps the process's table of
 * groups. A process that has nothing to reserve has an agent, too.
 */
final class GroupAgent extends AbstractOnMessageBehavior<GroupAgent.Command> {
  /** Name of this actor on every node. */
  static final String NAME = "bundles";

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  sealed interface Command {}

  /**
   * Command of a scheduler. If several schedulers send commands, those of the highest number count.
   */
  sealed interface SchedulerCommand extends Command, ControlMessage {
    /** Returns the number of the scheduler. */
    long scheduler();
  }

  /** Request to report to this scheduler what the process holds, now and from now on. */
  record ReportRequest(long scheduler, ActorRef<GroupScheduler.Command> from)
      implements SchedulerCommand {}

  /** Command to reserve bundles. */
  record Prepare(long scheduler, GroupSpec spec, int attempt, List<Integer> bundles)
      implements SchedulerCommand {
    Prepare {
      spec.requireBundles(bundles);
    }
  }

  /** Command to make a reservation permanent; tells where the other bundles are. */
  record Commit(long scheduler, BundleAssignment assignment) implements SchedulerCommand {}

  /** Command to release the group's reservations up to that attempt. */
  record Abort(long scheduler, PlacementGroupId id, int attempt) implements SchedulerCommand {}

  /** Command to end everything that the process has of a group. */
  record Remove(long scheduler, PlacementGroupId id, GroupTermination ending)
      implements SchedulerCommand {}

  /** Update of a group's status. */
  record GroupUpdate(long scheduler, GroupStatus status) implements SchedulerCommand {}

  /** Notice that a group has ended. */
  record GroupEnded(long scheduler, PlacementGroupId id, GroupTermination ending)
      implements SchedulerCommand {}

  /** Notice that all living groups have been sent: any other group known here may have ended. */
  record UpdatesComplete(long scheduler) implements SchedulerCommand {}

  /**
   * Load of another node's bundles.
   *
   * @param begins whether this message is the first of a report and replaces the previous report
   */
  record BundleLoads(NodeId node, List<BundleLoad> bundles, boolean begins)
      implements Command, ControlMessage {
    BundleLoads {
      bundles = List.copyOf(bundles);
    }
  }

  /** Answer of the ledger: it has granted all leases, or none. */
  private record LeasesTaken(PlacementGroupId id, int attempt, List<BundleLeaseRequester> granted)
      implements Command {}

  /** Timer message: reservations may have expired. */
  private record ExpiryTick() implements Command {}

  /** Dependencies of the agent. */
  record Dependencies(
      NodeId self,
      LedgerClient ledger,
      BundleLedgers bundles,
      GroupTable table,
      AgentListener listener) {}

  /** Listener of the agent. Called on its thread; must not block. */
  interface AgentListener {
    /** Ends the work of a group that has ended. */
    void ended(PlacementGroupId id, GroupTable.EndedGroup ended);

    /** Notes that the known status of a group may be out of date. */
    void staleGroup(PlacementGroupId id);

    /** Notes that other bundles are on this node than before. */
    void bundlesChanged();
  }

  private final Dependencies dependencies;
  private final TimerScheduler<Command> timers;
  private final BundleReservations reservations;
  private final Map<ReservationKey, List<BundleLeaseRequester>> key = new HashMap<>();
  private @Nullable ActorRef<GroupScheduler.Command> scheduler;

  private record ReservationKey(PlacementGroupId id, int attempt) {}

  private GroupAgent(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Dependencies dependencies,
      Duration hold) {
    super(context);
    this.dependencies = dependencies;
    this.timers = timers;
    this.reservations =
        new BundleReservations(dependencies.self(), hold.toMillis(), new LedgerEffects());
  }

  /**
   * Creates an agent that holds nothing.
   *
   * @param hold how long a reservation stands that is not committed
   */
  static Behavior<Command> create(Dependencies dependencies, Duration hold) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new GroupAgent(context, timers, dependencies, hold)));
  }

  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case SchedulerCommand schedulerCommand -> onOrder(schedulerCommand);
      case BundleLoads(var node, var bundles, var begins) ->
        dependencies.table().putLoads(node, bundles, begins);
      case LeasesTaken(var id, var attempt, var granted) -> onTaken(id, attempt, granted);
      case ExpiryTick() -> reservations.expire(now());
    }
    if (reservations.awaitsTime() && !timers.isTimerActive(ExpiryTick.class)) {
      timers.startSingleTimer(ExpiryTick.class, new ExpiryTick(), BETWEEN_LOOKS);
    }
    return this;
  }

  private void onOrder(SchedulerCommand schedulerCommand) {
    if (!reservations.accepts(schedulerCommand.scheduler())) {
      if (schedulerCommand instanceof ReportRequest reportRequest) {
        reportRequest.from().tell(new GroupScheduler.Superseded(reservations.highestScheduler()));
      }
      return;
    }
    switch (schedulerCommand) {
      case ReportRequest(var number, var from) -> onAsk(from);
      case Prepare(var number, var spec, var attempt, var bundles) ->
        reservations.prepare(spec, attempt, bundles, now());
      case Commit(var number, var map) -> {
        reservations.commit(map);
        dependencies.listener().bundlesChanged();
      }
      case Abort(var number, var id, var attempt) -> reservations.abort(id, attempt);
      case Remove(var number, var id, var termination) -> {
        onEnded(id, termination);
        reservations.remove(id, termination);
        dependencies.listener().bundlesChanged();
      }
      case GroupUpdate(var number, var status) -> dependencies.table().put(status);
      case UpdatesComplete(var number) ->
        dependencies.table().notConfirmedBy(number).forEach(dependencies.listener()::staleGroup);
      case GroupEnded(var number, var id, var ending) -> onEnded(id, ending);
    }
  }

  private void onEnded(PlacementGroupId id, GroupTermination termination) {
    var ended = dependencies.table().end(id, termination);
    if (ended != null) {
      dependencies.listener().ended(id, ended);
    }
  }

  /** Reports in several messages, as one message could become too large. */
  private void onAsk(ActorRef<GroupScheduler.Command> from) {
    scheduler = from;
    var table = dependencies.table();
    boolean here = from.path().address().hasLocalScope();
    reservations.held().forEach(held -> report(GroupReport.of(held), false));
    table
        .reportable(here)
        .forEach(status -> report(GroupReport.of(GroupReport.KnownGroup.of(status)), false));
    table.unreadyGroups().forEach(wanted -> report(GroupReport.of(wanted), false));
    report(
        new GroupReport(List.of(), reservations.prepared(), List.of(), List.of(), table.ended()),
        true);
  }

  private void report(GroupReport part, boolean last) {
    say(new GroupScheduler.Reported(dependencies.self(), part, last));
  }

  private void say(GroupScheduler.Command answer) {
    if (scheduler != null) {
      scheduler.tell(answer);
    }
  }

  private void onTaken(PlacementGroupId id, int attempt, List<BundleLeaseRequester> granted) {
    if (!granted.isEmpty()) {
      key.put(new ReservationKey(id, attempt), granted);
    }
    reservations.taken(id, attempt, !granted.isEmpty(), now());
  }

  /** Effects that the agent carries out for the state machine of its reservations. */
  private final class LedgerEffects implements BundleReservations.ReservationEffects {
    private final ActorSpawner spawner = new ActorSpawner() {
      @Override
      public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
        return getContext().spawn(behavior, name);
      }
    };

    @Override
    public void take(GroupSpec spec, int attempt, List<Integer> bundles) {
      var self = getContext().getSelf();
      var requests =
          bundles.stream().map(bundle -> new BundleLeaseRequester(spec, bundle)).toList();
      dependencies
          .ledger()
          .acquireNow(
              requests,
              all -> self.tell(new LeasesTaken(spec.id(), attempt, all ? requests : List.of())));
    }

    @Override
    public void giveBack(PlacementGroupId id, int attempt) {
      granted(id, attempt).forEach(request -> request.lease().release());
    }

    @Override
    public void open(BundleAssignment map, List<Integer> bundles) {
      for (var request : granted(map.id(), map.attempt())) {
        request.setBundleLedger(
            dependencies.bundles().open(map.id(), request.bundle(), request.lease(), spawner));
      }
    }

    private List<BundleLeaseRequester> granted(PlacementGroupId id, int attempt) {
      var granted = key.remove(new ReservationKey(id, attempt));
      if (granted == null) {
        throw new IllegalStateException("Nothing is reserved for attempt " + attempt + " of "
            + PlacementGroup.describe(id, null));
      }
      return granted;
    }

    @Override
    public void close(PlacementGroupId id, int bundle, GroupTermination termination) {
      dependencies.bundles().close(id, bundle);
    }

    @Override
    public void prepared(PlacementGroupId id, int attempt) {
      say(new GroupScheduler.Prepared(dependencies.self(), id, attempt));
    }

    @Override
    public void refused(PlacementGroupId id, int attempt) {
      say(new GroupScheduler.Refused(dependencies.self(), id, attempt));
    }

    @Override
    public void committed(PlacementGroupId id, int attempt, List<Integer> has) {
      say(new GroupScheduler.Committed(dependencies.self(), id, attempt, has));
    }

    @Override
    public void removed(PlacementGroupId id) {
      say(new GroupScheduler.Removed(dependencies.self(), id));
    }
  }
}
