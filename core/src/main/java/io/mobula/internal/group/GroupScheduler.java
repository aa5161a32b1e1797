package io.mobula.internal.group;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.NodeId;
import io.mobula.PlacementGroupId;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.internal.cluster.Membership;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where groups are, for the whole cluster: one at a time, wherever it is. What it knows it
 * has been told by the processes, and by those again when it starts somewhere else; what it decides
 * is in {@link GroupSchedulerState}.
 */
final class GroupScheduler extends AbstractOnMessageBehavior<GroupScheduler.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(GroupScheduler.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final Duration LULL = Duration.ofMillis(20);
  private static final int MOST_EARLY = 10_000;

  sealed interface Command {}

  /** What users want. It is answered when all processes have said what they hold. */
  sealed interface ClientRequest extends Command, ControlMessage {
    /** Who hears. */
    ActorRef<ClientReply> replyTo();
  }

  /** A group is to be. */
  record Create(GroupSpec spec, ActorRef<ClientReply> replyTo) implements ClientRequest {}

  /** A group is to be no more. */
  record Remove(PlacementGroupId id, ActorRef<ClientReply> replyTo) implements ClientRequest {}

  /** Which group has that name. */
  record FindByName(String name, ActorRef<ClientReply> replyTo) implements ClientRequest {}

  /** How a group stands. */
  record Find(PlacementGroupId id, ActorRef<ClientReply> replyTo) implements ClientRequest {}

  /** What the scheduler says to a wish. */
  sealed interface ClientReply extends ControlMessage {}

  /** It is so. */
  record Accepted() implements ClientReply {}

  /** This group has that name. */
  record NameTaken(GroupSpec by) implements ClientReply {}

  /** No group has that name. */
  record NameUnknown() implements ClientReply {}

  /** How the group stands. */
  record GroupFound(GroupStatus status) implements ClientReply {}

  /** The group is no more. */
  record GroupEnded(PlacementGroupId id, GroupTermination ending) implements ClientReply {}

  /** A node has reserved what it was asked for. */
  record Prepared(NodeId node, PlacementGroupId id, int attempt)
      implements Command, ControlMessage {}

  /** A node has not as much free. */
  record Refused(NodeId node, PlacementGroupId id, int attempt)
      implements Command, ControlMessage {}

  /** A node has the map of that attempt, and these bundles. */
  record Committed(NodeId node, PlacementGroupId id, int attempt, List<Integer> has)
      implements Command, ControlMessage {}

  /** A node has nothing of the group any more. */
  record Removed(NodeId node, PlacementGroupId id) implements Command, ControlMessage {}

  /** Some of what a process holds; all of it with the last. */
  record Reported(NodeId node, GroupReport report, boolean last)
      implements Command, ControlMessage {}

  /** A process has heard of a scheduler with that number. */
  record Superseded(long by) implements Command, ControlMessage {}

  /** A process is there. */
  record NodeJoined(NodeId node) implements Command {}

  /** A process is gone. */
  record NodeLeft(NodeId node) implements Command {}

  /** What nodes have free is not what it was. */
  record ViewChanged() implements Command {}

  /** Something may be late. */
  private record TimeoutTick() implements Command {}

  /** There may be room for another group. */
  private record PlaceWaiting() implements Command {}

  /** It goes on elsewhere. */
  record Stop() implements Command {}

  /**
   * What it works with.
   *
   * @param hosted hears of the scheduler that runs here, null when it ends
   */
  record Dependencies(
      Membership membership,
      UnreservedCapacity view,
      GroupSchedulerState.SchedulerTiming pace,
      SchedulerListener hosted) {}

  /** Who tells the scheduler of this process what happens around it. */
  interface SchedulerListener {
    /** It has started. */
    void started(ActorRef<Command> scheduler);

    /** It has ended. */
    void ended(ActorRef<Command> scheduler);
  }

  private final Dependencies dependencies;
  private final TimerScheduler<Command> timers;
  private final GroupSchedulerState state;
  private final Queue<ClientRequest> deferred = new ArrayDeque<>();
  private boolean lookSoon;
  private boolean placing; // it is about to look for room
  private boolean stuck; // the last look has found none for those who wait
  private long number = numberOf(0);
  private long words; // said so far

  private GroupScheduler(
      ActorContext<Command> context, TimerScheduler<Command> timers, Dependencies dependencies) {
    super(context);
    this.dependencies = dependencies;
    this.timers = timers;
    var present = new ArrayList<NodeId>();
    present.add(dependencies.membership().self().id());
    dependencies.membership().peers().forEach(peer -> present.add(peer.id()));
    this.state = new GroupSchedulerState(dependencies.pace(), new MessageEffects(), present, now());
    LOG.debug("The scheduler of placement groups starts and asks {} processes", present.size());
    dependencies.hosted().started(context.getSelf());
    state.open();
    lookLater();
  }

  static Behavior<Command> create(Dependencies dependencies) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new GroupScheduler(context, timers, dependencies)));
  }

  /**
   * The number of a scheduler of that term; at random within it, so that two that begin a term at
   * the same time differ. No clock is in it, since those of hosts differ.
   */
  static long numberOf(long term) {
    return term << Integer.SIZE | ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
  }

  private static long termOf(long number) {
    return number >> Integer.SIZE;
  }

  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case ClientRequest request -> onWish(request);
      case Prepared(var node, var id, var attempt) -> state.prepared(node, id, attempt, now());
      case Refused(var node, var id, var attempt) -> state.refused(node, id, attempt, now());
      case Committed(var node, var id, var attempt, var has) ->
        state.committed(node, id, attempt, has);
      case Removed(var node, var id) -> state.removed(node, id);
      case Reported(var node, var report, var last) -> onReported(node, report, last);
      case Superseded(var by) -> onOutdone(by);
      case NodeJoined(var node) -> state.joined(node);
      case NodeLeft(var node) -> state.left(node, now());
      case ViewChanged changed -> {}
      case TimeoutTick timeoutTick -> state.tick(this::view, now());
      case PlaceWaiting placeWaiting -> state.place(this::view, now());
      case Stop stop -> {
        return Behaviors.stopped();
      }
    }
    answerEarly();
    lookLater();
    placeSoon(message);
    return this;
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      dependencies.hosted().ended(getContext().getSelf());
    }
    return this;
  }

  private PlacementCapacity view() {
    dependencies.view().refresh();
    return dependencies.view().now();
  }

  private void lookLater() {
    boolean soon = state.isUnderWay(now());
    boolean due = timers.isTimerActive(TimeoutTick.class) && (lookSoon || !soon);
    if (state.awaitsTime() && !due) {
      lookSoon = soon;
      timers.startSingleTimer(
          TimeoutTick.class, new TimeoutTick(), soon ? BETWEEN_LOOKS : BETWEEN_TRIES);
    }
  }

  /**
   * Whatever has happened, another group may have its turn: at once, unless the last look has found
   * no room, since many things happen at a time that make none.
   */
  private void placeSoon(Command after) {
    if (after instanceof PlaceWaiting || after instanceof TimeoutTick) {
      placing = false;
      stuck = state.hasWaiting() && !state.isPreparing();
    } else if (!placing && state.hasWaiting() && !state.isPreparing()) {
      placing = true;
      if (stuck) {
        timers.startSingleTimer(PlaceWaiting.class, new PlaceWaiting(), LULL);
      } else {
        getContext().getSelf().tell(new PlaceWaiting());
      }
    }
  }

  // ---- wishes

  private void onWish(ClientRequest request) {
    if (mayAnswer(request)) {
      request.replyTo().tell(answer(request));
    } else if (deferred.size() < MOST_EARLY) { // whoever is dropped asks again
      deferred.add(request);
    }
  }

  private void answerEarly() {
    if (state.isGathering()) {
      return;
    }
    deferred.removeIf(request -> {
      boolean may = mayAnswer(request);
      if (may) {
        request.replyTo().tell(answer(request));
      }
      return may;
    });
  }

  /** That there is no such group can be said only when everybody has told what he knows. */
  private boolean mayAnswer(ClientRequest request) {
    return !state.isGathering()
        && switch (request) {
          case Create create -> true;
          case Remove remove -> true;
          case Find(var id, var replyTo) -> !state.awaitsReports() || state.knows(id);
          case FindByName(var name, var replyTo) ->
            !state.awaitsReports() || state.findByName(name) != null;
        };
  }

  private ClientReply answer(ClientRequest request) {
    return switch (request) {
      case Create(var spec, var replyTo) -> {
        var other = state.create(spec, now());
        yield other == null ? new Accepted() : new NameTaken(other);
      }
      case Remove(var id, var replyTo) -> {
        boolean living = state.find(id) != null;
        state.remove(id, GroupTermination.removed(""));
        yield living ? new Accepted() : new GroupEnded(id, state.endingOf(id));
      }
      case FindByName(var name, var replyTo) -> {
        var facts = state.findByName(name);
        yield facts == null ? new NameUnknown() : new GroupFound(facts);
      }
      case Find(var id, var replyTo) -> {
        var facts = state.find(id);
        yield facts == null ? new GroupEnded(id, state.endingOf(id)) : new GroupFound(facts);
      }
    };
  }

  // ---- processes

  /** A process that is new here hears of everything. */
  private void onReported(NodeId node, GroupReport report, boolean last) {
    state.reported(node, report, last, now());
    if (last && !state.isGathering()) {
      state.all().forEach(facts -> tell(node, new GroupAgent.GroupUpdate(number, facts)));
    }
  }

  /** The one that starts later must count as later. */
  private void onOutdone(long by) {
    if (by >= number && state.isGathering()) {
      number = numberOf(termOf(by) + 1);
      state.open();
    } else if (by > number) {
      LOG.warn("Another scheduler of placement groups has taken over from this one.");
    }
  }

  private void tell(NodeId node, GroupAgent.SchedulerCommand schedulerCommand) {
    var peer = dependencies.membership().peer(node);
    if (peer != null) {
      ActorRef<GroupAgent.Command> keeper = dependencies.membership().actor(peer, GroupAgent.NAME);
      keeper.tell(schedulerCommand);
    }
  }

  private void tellAll(GroupAgent.SchedulerCommand schedulerCommand) {
    tell(dependencies.membership().self().id(), schedulerCommand);
    dependencies.membership().peers().forEach(peer -> tell(peer.id(), schedulerCommand));
  }

  /** Says what the book decides. */
  private final class MessageEffects implements GroupSchedulerState.SchedulerEffects {
    @Override
    public GroupStatus.Version nextVersion() {
      return new GroupStatus.Version(number, ++words);
    }

    @Override
    public void ask(NodeId node) {
      tell(node, new GroupAgent.ReportRequest(number, getContext().getSelf()));
    }

    @Override
    public void prepare(NodeId at, GroupSpec spec, int attempt, List<Integer> bundles) {
      dependencies.view().noteReservation(at, bundles.stream().map(spec::bundle).toList());
      tell(at, new GroupAgent.Prepare(number, spec, attempt, bundles));
    }

    @Override
    public void commit(NodeId at, BundleAssignment map) {
      tell(at, new GroupAgent.Commit(number, map));
    }

    @Override
    public void abort(NodeId at, PlacementGroupId id, int attempt) {
      tell(at, new GroupAgent.Abort(number, id, attempt));
    }

    @Override
    public void remove(NodeId at, PlacementGroupId id, GroupTermination termination) {
      tell(at, new GroupAgent.Remove(number, id, termination));
    }

    @Override
    public void publish(GroupStatus facts) {
      tellAll(new GroupAgent.GroupUpdate(number, facts));
    }

    @Override
    public void ended(PlacementGroupId id, GroupTermination termination) {
      tellAll(new GroupAgent.GroupEnded(number, id, termination));
    }

    @Override
    public void updatesComplete() {
      tellAll(new GroupAgent.UpdatesComplete(number));
    }
  }
}
