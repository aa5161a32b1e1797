package io.mobula.internal.group;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.NodeId;
import io.mobula.PlacementGroup;
import io.mobula.PlacementGroupId;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.internal.ledger.LedgerClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a process does for groups: reserves bundles of its ledger when the scheduler says so, makes
 * ledgers of those that are committed, and hears where the groups are. Every process has one, also
 * those that have nothing to reserve.
 */
final class GroupAgent extends AbstractOnMessageBehavior<GroupAgent.Command> {
  /** Its name below the node, and that of the same actor of every process. */
  static final String NAME = "bundles";

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  sealed interface Command {}

  /** What the scheduler says; of those of several, the one with the highest number counts. */
  sealed interface SchedulerCommand extends Command, ControlMessage {
    /** The number of the scheduler. */
    long scheduler();
  }

  /** It is to say what it holds, to this scheduler from now on. */
  record ReportRequest(long scheduler, ActorRef<GroupScheduler.Command> from)
      implements SchedulerCommand {}

  /** Bundles are to be reserved. */
  record Prepare(long scheduler, GroupSpec spec, int attempt, List<Integer> bundles)
      implements SchedulerCommand {
    Prepare {
      spec.requireBundles(bundles);
    }
  }

  /** What is reserved becomes permanent; where the rest is. */
  record Commit(long scheduler, BundleAssignment assignment) implements SchedulerCommand {}

  /** Reservations up to that attempt go back. */
  record Abort(long scheduler, PlacementGroupId id, int attempt) implements SchedulerCommand {}

  /** All there is of a group ends. */
  record Remove(long scheduler, PlacementGroupId id, GroupTermination ending)
      implements SchedulerCommand {}

  /** Where a group is. */
  record GroupUpdate(long scheduler, GroupStatus status) implements SchedulerCommand {}

  /** A group is no more. */
  record GroupEnded(long scheduler, PlacementGroupId id, GroupTermination ending)
      implements SchedulerCommand {}

  /** All living groups have been told: what else is known here may be no more. */
  record UpdatesComplete(long scheduler) implements SchedulerCommand {}

  /**
   * How busy another node's bundles are.
   *
   * @param begins whether these are the first of them, in place of those said before; the others
   *     follow
   */
  record BundleLoads(NodeId node, List<BundleLoad> bundles, boolean begins)
      implements Command, ControlMessage {
    BundleLoads {
      bundles = List.copyOf(bundles);
    }
  }

  /** The ledger has granted all leases, or none. */
  private record LeasesTaken(PlacementGroupId id, int attempt, List<BundleLeaseRequester> granted)
      implements Command {}

  /** Reservations may have expired. */
  private record ExpiryTick() implements Command {}

  /** What this process works with. */
  record Dependencies(
      NodeId self,
      LedgerClient ledger,
      BundleLedgers bundles,
      GroupTable table,
      AgentListener listener) {}

  /** What follows from what the keeper hears. Called on its thread; nothing may block. */
  interface AgentListener {
    /** A group is no more, here: what runs in it ends. */
    void ended(PlacementGroupId id, GroupTable.EndedGroup ended);

    /** What is known here of a group may be old. */
    void staleGroup(PlacementGroupId id);

    /** The bundles that are here are others than before. */
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
   * Holds nothing yet.
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
      case GroupUpdate(var number, var facts) -> dependencies.table().put(facts);
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

  /** In parts, as all of it may be more than a message may have. */
  private void onAsk(ActorRef<GroupScheduler.Command> from) {
    scheduler = from;
    var table = dependencies.table();
    boolean here = from.path().address().hasLocalScope();
    reservations.held().forEach(held -> report(GroupReport.of(held), false));
    table
        .reportable(here)
        .forEach(facts -> report(GroupReport.of(GroupReport.KnownGroup.of(facts)), false));
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

  /** Does what the shelf decides. */
  private final class LedgerEffects implements BundleReservations.ReservationEffects {
    private final LedgerClient.Spawner spawner = new LedgerClient.Spawner() {
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
