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
import io.mobula.internal.ledger.Ledger;
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
final class BundleKeeper extends AbstractOnMessageBehavior<BundleKeeper.Command> {
  /** Its name below the node, and that of the same actor of every process. */
  static final String NAME = "bundles";

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  sealed interface Command {}

  /** What the scheduler says; of those of several, the one with the highest number counts. */
  sealed interface Order extends Command, ControlMessage {
    /** The number of the scheduler. */
    long scheduler();
  }

  /** It is to say what it holds, to this scheduler from now on. */
  record Ask(long scheduler, ActorRef<GroupScheduler.Command> from) implements Order {}

  /** Bundles are to be reserved. */
  record Prepare(long scheduler, GroupSpec spec, int attempt, List<Integer> bundles)
      implements Order {
    Prepare {
      spec.requireBundles(bundles);
    }
  }

  /** What is reserved becomes permanent; where the rest is. */
  record Commit(long scheduler, GroupMap map) implements Order {}

  /** Reservations up to that attempt go back. */
  record Abort(long scheduler, PlacementGroupId id, int attempt) implements Order {}

  /** All there is of a group ends. */
  record Remove(long scheduler, PlacementGroupId id, Ending ending) implements Order {}

  /** Where a group is. */
  record Told(long scheduler, GroupFacts facts) implements Order {}

  /** A group is no more. */
  record Ended(long scheduler, PlacementGroupId id, Ending ending) implements Order {}

  /** All living groups have been told: what else is known here may be no more. */
  record ToldAll(long scheduler) implements Order {}

  /**
   * How busy another node's bundles are.
   *
   * @param begins whether these are the first of them, in place of those said before; the others
   *     follow
   */
  record News(NodeId node, List<BundleNow> bundles, boolean begins)
      implements Command, ControlMessage {
    News {
      bundles = List.copyOf(bundles);
    }
  }

  /** The ledger has granted all leases, or none. */
  private record Taken(PlacementGroupId id, int attempt, List<BundleRequest> granted)
      implements Command {}

  /** Reservations may have expired. */
  private record Look() implements Command {}

  /** What this process works with. */
  record Parts(
      NodeId self, Ledger ledger, BundleLedgers bundles, GroupTable table, Effects effects) {}

  /** What follows from what the keeper hears. Called on its thread; nothing may block. */
  interface Effects {
    /** A group is no more, here: what runs in it ends. */
    void ended(PlacementGroupId id, GroupTable.Past past);

    /** What is known here of a group may be old. */
    void doubted(PlacementGroupId id);

    /** The bundles that are here are others than before. */
    void rearranged();
  }

  private final Parts parts;
  private final TimerScheduler<Command> timers;
  private final Shelf shelf;
  private final Map<Reserved, List<BundleRequest>> reserved = new HashMap<>();
  private @Nullable ActorRef<GroupScheduler.Command> scheduler;

  private record Reserved(PlacementGroupId id, int attempt) {}

  private BundleKeeper(
      ActorContext<Command> context, TimerScheduler<Command> timers, Parts parts, Duration hold) {
    super(context);
    this.parts = parts;
    this.timers = timers;
    this.shelf = new Shelf(parts.self(), hold.toMillis(), new Rack());
  }

  /**
   * Holds nothing yet.
   *
   * @param hold how long a reservation stands that is not committed
   */
  static Behavior<Command> create(Parts parts, Duration hold) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new BundleKeeper(context, timers, parts, hold)));
  }

  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Order order -> onOrder(order);
      case News(var node, var bundles, var begins) -> parts.table().heard(node, bundles, begins);
      case Taken(var id, var attempt, var granted) -> onTaken(id, attempt, granted);
      case Look() -> shelf.expire(now());
    }
    if (shelf.awaitsTime() && !timers.isTimerActive(Look.class)) {
      timers.startSingleTimer(Look.class, new Look(), BETWEEN_LOOKS);
    }
    return this;
  }

  private void onOrder(Order order) {
    if (!shelf.heeds(order.scheduler())) {
      if (order instanceof Ask ask) {
        ask.from().tell(new GroupScheduler.Outdone(shelf.heard()));
      }
      return;
    }
    switch (order) {
      case Ask(var number, var from) -> onAsk(from);
      case Prepare(var number, var spec, var attempt, var bundles) ->
        shelf.prepare(spec, attempt, bundles, now());
      case Commit(var number, var map) -> {
        shelf.commit(map);
        parts.effects().rearranged();
      }
      case Abort(var number, var id, var attempt) -> shelf.abort(id, attempt);
      case Remove(var number, var id, var ending) -> {
        onEnded(id, ending);
        shelf.remove(id, ending);
        parts.effects().rearranged();
      }
      case Told(var number, var facts) -> parts.table().put(facts);
      case ToldAll(var number) -> parts.table().untold(number).forEach(parts.effects()::doubted);
      case Ended(var number, var id, var ending) -> onEnded(id, ending);
    }
  }

  private void onEnded(PlacementGroupId id, Ending ending) {
    var past = parts.table().end(id, ending);
    if (past != null) {
      parts.effects().ended(id, past);
    }
  }

  /** In parts, as all of it may be more than a message may have. */
  private void onAsk(ActorRef<GroupScheduler.Command> from) {
    scheduler = from;
    var table = parts.table();
    boolean here = from.path().address().hasLocalScope();
    shelf.held().forEach(held -> report(Holdings.of(held), false));
    table.vouchedFor(here).forEach(facts -> report(Holdings.of(Holdings.Known.of(facts)), false));
    table.wanted().forEach(wanted -> report(Holdings.of(wanted), false));
    report(new Holdings(List.of(), shelf.prepared(), List.of(), List.of(), table.ended()), true);
  }

  private void report(Holdings part, boolean last) {
    say(new GroupScheduler.Reported(parts.self(), part, last));
  }

  private void say(GroupScheduler.Command answer) {
    if (scheduler != null) {
      scheduler.tell(answer);
    }
  }

  private void onTaken(PlacementGroupId id, int attempt, List<BundleRequest> granted) {
    if (!granted.isEmpty()) {
      reserved.put(new Reserved(id, attempt), granted);
    }
    shelf.taken(id, attempt, !granted.isEmpty(), now());
  }

  /** Does what the shelf decides. */
  private final class Rack implements Shelf.Rack {
    private final Ledger.Spawner spawner = new Ledger.Spawner() {
      @Override
      public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
        return getContext().spawn(behavior, name);
      }
    };

    @Override
    public void take(GroupSpec spec, int attempt, List<Integer> bundles) {
      var self = getContext().getSelf();
      var requests =
          bundles.stream().map(bundle -> new BundleRequest(spec, bundle)).toList();
      parts
          .ledger()
          .acquireNow(
              requests,
              all -> self.tell(new Taken(spec.id(), attempt, all ? requests : List.of())));
    }

    @Override
    public void giveBack(PlacementGroupId id, int attempt) {
      granted(id, attempt).forEach(request -> request.lease().release());
    }

    @Override
    public void open(GroupMap map, List<Integer> bundles) {
      for (var request : granted(map.id(), map.attempt())) {
        request.inside(parts.bundles().open(map.id(), request.bundle(), request.lease(), spawner));
      }
    }

    private List<BundleRequest> granted(PlacementGroupId id, int attempt) {
      var granted = reserved.remove(new Reserved(id, attempt));
      if (granted == null) {
        throw new IllegalStateException("Nothing is reserved for attempt " + attempt + " of "
            + PlacementGroup.describe(id, null));
      }
      return granted;
    }

    @Override
    public void close(PlacementGroupId id, int bundle, Ending ending) {
      parts.bundles().close(id, bundle);
    }

    @Override
    public void prepared(PlacementGroupId id, int attempt) {
      say(new GroupScheduler.Prepared(parts.self(), id, attempt));
    }

    @Override
    public void refused(PlacementGroupId id, int attempt) {
      say(new GroupScheduler.Refused(parts.self(), id, attempt));
    }

    @Override
    public void committed(PlacementGroupId id, int attempt, List<Integer> has) {
      say(new GroupScheduler.Committed(parts.self(), id, attempt, has));
    }

    @Override
    public void removed(PlacementGroupId id) {
      say(new GroupScheduler.Removed(parts.self(), id));
    }
  }
}
