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
 * is in {@link GroupBook}.
 */
final class GroupScheduler extends AbstractOnMessageBehavior<GroupScheduler.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(GroupScheduler.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final Duration LULL = Duration.ofMillis(20);
  private static final int MOST_EARLY = 10_000;

  sealed interface Command {}

  /** What users want. It is answered when all processes have said what they hold. */
  sealed interface Wish extends Command, ControlMessage {
    /** Who hears. */
    ActorRef<Answer> replyTo();
  }

  /** A group is to be. */
  record Create(GroupSpec spec, ActorRef<Answer> replyTo) implements Wish {}

  /** A group is to be no more. */
  record Remove(PlacementGroupId id, ActorRef<Answer> replyTo) implements Wish {}

  /** Which group has that name. */
  record Named(String name, ActorRef<Answer> replyTo) implements Wish {}

  /** How a group stands. */
  record Find(PlacementGroupId id, ActorRef<Answer> replyTo) implements Wish {}

  /** What the scheduler says to a wish. */
  sealed interface Answer extends ControlMessage {}

  /** It is so. */
  record Accepted() implements Answer {}

  /** This group has that name. */
  record NameTaken(GroupSpec by) implements Answer {}

  /** No group has that name. */
  record NameUnknown() implements Answer {}

  /** How the group stands. */
  record Here(GroupFacts facts) implements Answer {}

  /** The group is no more. */
  record Gone(PlacementGroupId id, Ending ending) implements Answer {}

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
  record Reported(NodeId node, Holdings holdings, boolean last)
      implements Command, ControlMessage {}

  /** A process has heard of a scheduler with that number. */
  record Outdone(long by) implements Command, ControlMessage {}

  /** A process is there. */
  record Joined(NodeId node) implements Command {}

  /** A process is gone. */
  record Left(NodeId node) implements Command {}

  /** What nodes have free is not what it was. */
  record ViewChanged() implements Command {}

  /** Something may be late. */
  private record Look() implements Command {}

  /** There may be room for another group. */
  private record Place() implements Command {}

  /** It goes on elsewhere. */
  record Stop() implements Command {}

  /**
   * What it works with.
   *
   * @param hosted hears of the scheduler that runs here, null when it ends
   */
  record Parts(Membership membership, RoomView view, GroupBook.Pace pace, Hosting hosted) {}

  /** Who tells the scheduler of this process what happens around it. */
  interface Hosting {
    /** It has started. */
    void started(ActorRef<Command> scheduler);

    /** It has ended. */
    void ended(ActorRef<Command> scheduler);
  }

  private final Parts parts;
  private final TimerScheduler<Command> timers;
  private final GroupBook book;
  private final Queue<Wish> early = new ArrayDeque<>();
  private boolean lookSoon;
  private boolean placing; // it is about to look for room
  private boolean stuck; // the last look has found none for those who wait
  private long number = numberOf(0);
  private long words; // said so far

  private GroupScheduler(
      ActorContext<Command> context, TimerScheduler<Command> timers, Parts parts) {
    super(context);
    this.parts = parts;
    this.timers = timers;
    var present = new ArrayList<NodeId>();
    present.add(parts.membership().self().id());
    parts.membership().peers().forEach(peer -> present.add(peer.id()));
    this.book = new GroupBook(parts.pace(), new Office(), present, now());
    LOG.debug("The scheduler of placement groups starts and asks {} processes", present.size());
    parts.hosted().started(context.getSelf());
    book.open();
    lookLater();
  }

  static Behavior<Command> create(Parts parts) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new GroupScheduler(context, timers, parts)));
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
      case Wish wish -> onWish(wish);
      case Prepared(var node, var id, var attempt) -> book.prepared(node, id, attempt, now());
      case Refused(var node, var id, var attempt) -> book.refused(node, id, attempt, now());
      case Committed(var node, var id, var attempt, var has) ->
        book.committed(node, id, attempt, has);
      case Removed(var node, var id) -> book.removed(node, id);
      case Reported(var node, var holdings, var last) -> onReported(node, holdings, last);
      case Outdone(var by) -> onOutdone(by);
      case Joined(var node) -> book.joined(node);
      case Left(var node) -> book.left(node, now());
      case ViewChanged changed -> {}
      case Look look -> book.tick(this::view, now());
      case Place place -> book.place(this::view, now());
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
      parts.hosted().ended(getContext().getSelf());
    }
    return this;
  }

  private PlacementCapacity view() {
    parts.view().refresh();
    return parts.view().now();
  }

  private void lookLater() {
    boolean soon = book.isUnderWay(now());
    boolean due = timers.isTimerActive(Look.class) && (lookSoon || !soon);
    if (book.awaitsTime() && !due) {
      lookSoon = soon;
      timers.startSingleTimer(Look.class, new Look(), soon ? BETWEEN_LOOKS : BETWEEN_TRIES);
    }
  }

  /**
   * Whatever has happened, another group may have its turn: at once, unless the last look has found
   * no room, since many things happen at a time that make none.
   */
  private void placeSoon(Command after) {
    if (after instanceof Place || after instanceof Look) {
      placing = false;
      stuck = book.hasWaiting() && !book.isPreparing();
    } else if (!placing && book.hasWaiting() && !book.isPreparing()) {
      placing = true;
      if (stuck) {
        timers.startSingleTimer(Place.class, new Place(), LULL);
      } else {
        getContext().getSelf().tell(new Place());
      }
    }
  }

  // ---- wishes

  private void onWish(Wish wish) {
    if (mayAnswer(wish)) {
      wish.replyTo().tell(answer(wish));
    } else if (early.size() < MOST_EARLY) { // whoever is dropped asks again
      early.add(wish);
    }
  }

  private void answerEarly() {
    if (book.gathering()) {
      return;
    }
    early.removeIf(wish -> {
      boolean may = mayAnswer(wish);
      if (may) {
        wish.replyTo().tell(answer(wish));
      }
      return may;
    });
  }

  /** That there is no such group can be said only when everybody has told what he knows. */
  private boolean mayAnswer(Wish wish) {
    return !book.gathering()
        && switch (wish) {
          case Create create -> true;
          case Remove remove -> true;
          case Find(var id, var replyTo) -> !book.awaitsReports() || book.knows(id);
          case Named(var name, var replyTo) -> !book.awaitsReports() || book.named(name) != null;
        };
  }

  private Answer answer(Wish wish) {
    return switch (wish) {
      case Create(var spec, var replyTo) -> {
        var other = book.create(spec, now());
        yield other == null ? new Accepted() : new NameTaken(other);
      }
      case Remove(var id, var replyTo) -> {
        boolean living = book.find(id) != null;
        book.remove(id, Ending.removed(""));
        yield living ? new Accepted() : new Gone(id, book.endingOf(id));
      }
      case Named(var name, var replyTo) -> {
        var facts = book.named(name);
        yield facts == null ? new NameUnknown() : new Here(facts);
      }
      case Find(var id, var replyTo) -> {
        var facts = book.find(id);
        yield facts == null ? new Gone(id, book.endingOf(id)) : new Here(facts);
      }
    };
  }

  // ---- processes

  /** A process that is new here hears of everything. */
  private void onReported(NodeId node, Holdings holdings, boolean last) {
    book.reported(node, holdings, last, now());
    if (last && !book.gathering()) {
      book.all().forEach(facts -> tell(node, new BundleKeeper.Told(number, facts)));
    }
  }

  /** The one that starts later must count as later. */
  private void onOutdone(long by) {
    if (by >= number && book.gathering()) {
      number = numberOf(termOf(by) + 1);
      book.open();
    } else if (by > number) {
      LOG.warn("Another scheduler of placement groups has taken over from this one.");
    }
  }

  private void tell(NodeId node, BundleKeeper.Order order) {
    var peer = parts.membership().peer(node);
    if (peer != null) {
      ActorRef<BundleKeeper.Command> keeper = parts.membership().actor(peer, BundleKeeper.NAME);
      keeper.tell(order);
    }
  }

  private void tellAll(BundleKeeper.Order order) {
    tell(parts.membership().self().id(), order);
    parts.membership().peers().forEach(peer -> tell(peer.id(), order));
  }

  /** Says what the book decides. */
  private final class Office implements GroupBook.Office {
    @Override
    public GroupFacts.Version nextVersion() {
      return new GroupFacts.Version(number, ++words);
    }

    @Override
    public void ask(NodeId node) {
      tell(node, new BundleKeeper.Ask(number, getContext().getSelf()));
    }

    @Override
    public void prepare(NodeId at, GroupSpec spec, int attempt, List<Integer> bundles) {
      parts.view().expect(at, bundles.stream().map(spec::bundle).toList());
      tell(at, new BundleKeeper.Prepare(number, spec, attempt, bundles));
    }

    @Override
    public void commit(NodeId at, GroupMap map) {
      tell(at, new BundleKeeper.Commit(number, map));
    }

    @Override
    public void abort(NodeId at, PlacementGroupId id, int attempt) {
      tell(at, new BundleKeeper.Abort(number, id, attempt));
    }

    @Override
    public void remove(NodeId at, PlacementGroupId id, Ending ending) {
      tell(at, new BundleKeeper.Remove(number, id, ending));
    }

    @Override
    public void publish(GroupFacts facts) {
      tellAll(new BundleKeeper.Told(number, facts));
    }

    @Override
    public void ended(PlacementGroupId id, Ending ending) {
      tellAll(new BundleKeeper.Ended(number, id, ending));
    }

    @Override
    public void toldAll() {
      tellAll(new BundleKeeper.ToldAll(number));
    }
  }
}
