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
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.internal.cluster.Membership;
import io.mobula.placement.PlacementGroupId;
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
 * Scheduler of all placement groups of the cluster; one runs at a time, on one node. It stores
 * nothing: wherever it starts, the processes report what they hold. Its decisions are in
 * {@link GroupSchedulerState}.
 */
final class GroupScheduler extends AbstractOnMessageBehavior<GroupScheduler.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(GroupScheduler.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final Duration LULL = Duration.ofMillis(20);
  private static final int MAX_EARLY = 10_000;

  sealed interface Command {}

  /** Request of a user. It is answered when all processes have reported. */
  sealed interface ClientRequest extends Command, ControlMessage {
    /** Returns the actor that gets the reply. */
    ActorRef<ClientReply> replyTo();
  }

  /** Request to create a group. */
  record Create(GroupSpec spec, ActorRef<ClientReply> replyTo) implements ClientRequest {}

  /** Request to remove a group. */
  record Remove(PlacementGroupId id, ActorRef<ClientReply> replyTo) implements ClientRequest {}

  /** Request for the group of that name. */
  record FindByName(String name, ActorRef<ClientReply> replyTo) implements ClientRequest {}

  /** Request for the status of a group. */
  record Find(PlacementGroupId id, ActorRef<ClientReply> replyTo) implements ClientRequest {}

  /** Reply to a request. */
  sealed interface ClientReply extends ControlMessage {}

  /** Reply that the request was accepted. */
  record Accepted() implements ClientReply {}

  /** Reply that this group has the name. */
  record NameTaken(GroupSpec by) implements ClientReply {}

  /** Reply that no group has the name. */
  record NameUnknown() implements ClientReply {}

  /** Reply with the status of the group. */
  record GroupFound(GroupStatus status) implements ClientReply {}

  /** Reply that the group has ended. */
  record GroupEnded(PlacementGroupId id, GroupTermination ending) implements ClientReply {}

  /** Answer of a node that has reserved its bundles. */
  record Prepared(NodeId node, PlacementGroupId id, int attempt)
      implements Command, ControlMessage {}

  /** Answer of a node that has too little free. */
  record Refused(NodeId node, PlacementGroupId id, int attempt)
      implements Command, ControlMessage {}

  /** Answer of a node that has stored the assignment of that attempt and has these bundles. */
  record Committed(NodeId node, PlacementGroupId id, int attempt, List<Integer> has)
      implements Command, ControlMessage {}

  /** Answer of a node that has nothing of the group any more. */
  record Removed(NodeId node, PlacementGroupId id) implements Command, ControlMessage {}

  /** Part of a report of what a process holds; the last part completes it. */
  record Reported(NodeId node, GroupReport report, boolean last)
      implements Command, ControlMessage {}

  /** Notice that a process knows a scheduler with that number. */
  record Superseded(long by) implements Command, ControlMessage {}

  /** Notice that a process has joined. */
  record NodeJoined(NodeId node) implements Command {}

  /** Notice that a process has left. */
  record NodeLeft(NodeId node) implements Command {}

  /** Notice that free resources have changed. */
  record ViewChanged() implements Command {}

  /** Timer message: something may be late. */
  private record TimeoutTick() implements Command {}

  /** Message to itself: another group may fit now. */
  private record PlaceWaiting() implements Command {}

  /** Command to stop, as the scheduler moves to another node. */
  record Stop() implements Command {}

  /**
   * Dependencies of the scheduler.
   *
   * @param hosted is told of the scheduler that runs here, and of its end
   */
  record Dependencies(
      Membership membership,
      UnreservedCapacity view,
      SchedulerTiming pace,
      SchedulerListener hosted) {}

  /** Listener that is told which scheduler runs in this process. */
  interface SchedulerListener {
    /** Notes that a scheduler has started here. */
    void started(ActorRef<Command> scheduler);

    /** Notes that a scheduler here has ended. */
    void ended(ActorRef<Command> scheduler);
  }

  private final Dependencies dependencies;
  private final TimerScheduler<Command> timers;
  private final GroupSchedulerState state;
  private final Queue<ClientRequest> deferred = new ArrayDeque<>();
  private boolean lookSoon;
  private boolean placing; // a message to place groups is on its way
  private boolean stuck; // the last attempt found no resources for the waiting groups
  private long number = numberOf(0);
  private long words; // versions given out so far

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
   * Returns a scheduler number of that term, random within the term, so that two schedulers that
   * begin a term at the same time differ. It contains no clock, since the clocks of hosts differ.
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
   * Schedules the placing of waiting groups: immediately, or after an interval if the last attempt
   * found no resources, since most events free none.
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

  // ---- requests

  private void onWish(ClientRequest request) {
    if (mayAnswer(request)) {
      request.replyTo().tell(answer(request));
    } else if (deferred.size() < MAX_EARLY) { // the sender of a dropped request sends it again
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

  /**
   * Returns whether the request can be answered: that a group does not exist is certain only when
   * everybody has reported.
   */
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
        var status = state.findByName(name);
        yield status == null ? new NameUnknown() : new GroupFound(status);
      }
      case Find(var id, var replyTo) -> {
        var status = state.find(id);
        yield status == null ? new GroupEnded(id, state.endingOf(id)) : new GroupFound(status);
      }
    };
  }

  // ---- processes

  /** Handles a report; a process that has joined is sent the status of all groups. */
  private void onReported(NodeId node, GroupReport report, boolean last) {
    state.reported(node, report, last, now());
    if (last && !state.isGathering()) {
      state.all().forEach(status -> tell(node, new GroupAgent.GroupUpdate(number, status)));
    }
  }

  /** Takes a higher number than the other scheduler: the one that starts later must win. */
  private void onOutdone(long by) {
    if (by >= number && state.isGathering()) {
      number = numberOf(termOf(by) + 1);
      state.open();
    } else if (by > number) {
      LOG.warn("Another scheduler of placement groups has replaced this one.");
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

  /** Effects that send what the state decides as messages. */
  private final class MessageEffects implements SchedulerEffects {
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
    public void publish(GroupStatus status) {
      tellAll(new GroupAgent.GroupUpdate(number, status));
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
