package io.mobula.internal.group;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AskPattern;
import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.Placement;
import io.mobula.PlacementGroup;
import io.mobula.PlacementGroupId;
import io.mobula.PlacementGroupRequest;
import io.mobula.PlacementGroupState;
import io.mobula.Resources;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.PlacementGroupException.Reason;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Ledger;
import io.mobula.internal.ledger.Requester;
import io.mobula.internal.placement.Bundles;
import io.mobula.internal.placement.Placer.Choice;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.NodeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Placement groups as a node's other parts see them. Safe for all threads; only what asks the
 * scheduler blocks, see {@link PlacementGroup}.
 */
public final class Groups implements Bundles {
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final int TRIES = 5;
  private static final Duration GATHER = Duration.ofSeconds(5);
  private static final Duration NODE_ANSWER = Duration.ofSeconds(2);
  private static final Duration HOLD = Duration.ofSeconds(6);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final Parts parts;
  private final GroupTable table;
  private final BundleLedgers ledgers = new BundleLedgers();
  private final GroupQueries inquiries;
  private final ReadyRefs ready;
  private final AtomicLong numbers = new AtomicLong();
  private volatile Work work = (id, how, exception) -> {};
  private volatile @Nullable ActorRef<GroupScheduler.Command> hosted;
  private volatile @Nullable ActorRef<GroupScheduler.Command> scheduler;
  private volatile @Nullable ActorRef<BundleWatch.Command> news;
  private volatile @Nullable GroupSeat seat;
  private volatile NodeView own;
  private volatile boolean closed;

  /**
   * What they work with.
   *
   * @param runtime whose handles are given out
   * @param cluster whether there may be other nodes
   * @param program whose groups those are that no task or actor makes
   */
  public record Parts(
      ActorSystem<?> system,
      MobulaRuntime runtime,
      Membership membership,
      boolean cluster,
      Ledger ledger,
      ObjectStore store,
      Supplier<Job> program) {}

  /** Starts an actor under a name. */
  public interface Spawner {
    /** Starts it and returns at once. */
    <T> ActorRef<T> spawn(Behavior<T> behavior, String name);
  }

  /** What runs in groups here. */
  public interface Work {
    /**
     * A group is no more: what runs in it, or waits for it, ends. Must not block.
     *
     * @param how what became of it, for people
     * @param exception made from the name of whatever ends
     */
    void ended(
        PlacementGroupId id, String how, Function<String, PlacementGroupException> exception);
  }

  /** Knows of no group yet. */
  public Groups(Parts parts) {
    this.parts = parts;
    var self = parts.membership().self();
    this.table = new GroupTable(
        self.id(), node -> node.equals(self.id()) || parts.membership().peer(node) != null);
    this.inquiries = new GroupQueries(this::inquire, this::after);
    this.ready = new ReadyRefs(parts.store(), table, inquiries::remind);
    this.own = view(parts.ledger().unused());
  }

  // ---- its life

  /** What runs in groups here, from now on. */
  public void work(Work what) {
    work = what;
  }

  /**
   * Takes part.
   *
   * @param view what all nodes have, where there are others
   * @param patience how long a group may wait that no node could ever hold
   */
  public void open(Spawner spawner, @Nullable Supplier<PlacementCapacity> view, Duration patience) {
    var self = parts.membership().self().id();
    spawner.spawn(
        BundleKeeper.create(
            new BundleKeeper.Parts(self, parts.ledger(), ledgers, table, new Effects()), HOLD),
        BundleKeeper.NAME);
    var pace = new GroupBook.Pace(
        GATHER.toMillis(),
        NODE_ANSWER.toMillis(),
        FIRST_PAUSE.toMillis(),
        LONGEST_PAUSE.toMillis(),
        patience.toMillis());
    if (view != null) {
      news =
          spawner.spawn(BundleWatch.create(parts.membership(), ledgers, table), BundleWatch.NAME);
      var opened = GroupSeat.open(
          parts.system(),
          self,
          () -> GroupScheduler.create(new GroupScheduler.Parts(
              parts.membership(), new RoomView(view, () -> {}), pace, new Hosted())));
      seat = opened;
      scheduler = opened.scheduler();
    } else {
      var room = spawner.spawn(
          OwnView.create(parts.ledger(), now -> own = view(now), this::viewChanged), OwnView.NAME);
      scheduler = spawner.spawn(
          GroupScheduler.create(new GroupScheduler.Parts(
              parts.membership(),
              new RoomView(
                  () -> PlacementCapacity.of(List.of(own)), () -> room.tell(new OwnView.Refresh())),
              pace,
              new Hosted())),
          "groups");
    }
    parts.membership().subscribe(new Watch());
    table.inquireBy(inquiries::ask, inquiries::remind);
  }

  private NodeView view(Ledger.Now now) {
    var self = parts.membership().self();
    return new NodeView(
        self.id(),
        self.name(),
        self.labels(),
        now.total(),
        now.available(),
        now.queued(),
        0,
        true,
        now.devices());
  }

  /** What nodes have free is not what it was. */
  public void viewChanged() {
    var present = hosted;
    if (present != null) {
      present.tell(new GroupScheduler.ViewChanged());
    }
  }

  /** The scheduler runs elsewhere from now on. */
  public void close() {
    var present = seat;
    if (present != null) {
      present.close();
    }
    closed = true;
    ready.close();
  }

  /** Tells the scheduler that runs here who comes and goes. */
  private final class Watch implements Membership.Listener {
    @Override
    public void joined(Peer peer) {
      tell(new GroupScheduler.Joined(peer.id()));
      var present = news;
      if (present != null) {
        present.tell(new BundleWatch.PeerJoined(peer));
      }
    }

    @Override
    public void left(Peer peer, String how) {
      table.left(peer.id());
      tell(new GroupScheduler.Left(peer.id()));
    }

    private void tell(GroupScheduler.Command news) {
      var present = hosted;
      if (present != null) {
        present.tell(news);
      }
    }
  }

  private final class Hosted implements GroupScheduler.Hosting {
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

  private final class Effects implements BundleKeeper.Effects {
    @Override
    public void ended(PlacementGroupId id, GroupTable.Past past) {
      endWork(id, past);
    }

    @Override
    public void doubted(PlacementGroupId id) {
      inquiries.ask(id);
    }

    @Override
    public void rearranged() {
      var present = news;
      if (present != null) {
        present.tell(new BundleWatch.Rearranged());
      }
    }
  }

  /** Asks for a group; who waits for it looks again though there be no answer, and asks again. */
  private CompletionStage<?> inquire(PlacementGroupId id) {
    return ask(reply -> new GroupScheduler.Find(id, reply)).whenComplete((answer, failure) -> {
      if (answer != null) {
        learn(answer);
      } else {
        after(ANSWER, table::changed);
      }
    });
  }

  /** Nothing is to be done any more where the system has ended. */
  private void after(Duration delay, Runnable action) {
    if (!closed) {
      var _ =
          parts.system().scheduler().scheduleOnce(delay, action, parts.system().executionContext());
    }
  }

  private void learn(GroupScheduler.Answer answer) {
    switch (answer) {
      case GroupScheduler.Here(var facts) -> table.put(facts);
      case GroupScheduler.Gone(var id, var ending) -> ended(id, ending);
      case GroupScheduler.Accepted accepted -> {}
      case GroupScheduler.NameTaken taken -> {}
      case GroupScheduler.NameUnknown unknown -> {}
    }
  }

  private void ended(PlacementGroupId id, Ending ending) {
    var past = table.end(id, ending);
    if (past != null) {
      endWork(id, past);
    }
  }

  private void endWork(PlacementGroupId id, GroupTable.Past past) {
    work.ended(
        id,
        "its " + past.group() + " is no more: " + past.ending().why(),
        what -> past.ending().exception(what, past.group()));
  }

  // ---- what users want

  /** See {@link MobulaRuntime#create(PlacementGroupRequest)}. */
  public PlacementGroup create(PlacementGroupRequest request) {
    parts.store().requireOpen();
    var id = new PlacementGroupId(
        parts.membership().self().id().incarnation(), numbers.incrementAndGet());
    var group = PlacementGroup.of(parts.runtime(), id, request);
    if (!parts.cluster()) {
      requirePossible(group);
    }
    var spec = new GroupSpec(
        id,
        request.name(),
        request.strategy(),
        request.bundles().stream().map(Resources::asUnits).toList(),
        Job.current(parts.program().get()).driver(),
        request.detached());
    table.want(spec);
    GroupScheduler.Answer answer;
    try {
      answer = answerOf(group, reply -> new GroupScheduler.Create(spec, reply));
    } catch (RuntimeException e) {
      table.wantNoMore(id);
      throw e;
    }
    if (answer instanceof GroupScheduler.NameTaken(var by)) {
      table.wantNoMore(id);
      throw new PlacementGroupException(
          Reason.NAME_TAKEN,
          "Wanted a placement group of the name " + request.name() + ": that is the name of "
              + by.describe() + ". Take another name, or remove that group first.");
    }
    table.accepted(spec);
    return group;
  }

  private void requirePossible(PlacementGroup group) {
    var wish = new BundlePlanner.Wish(group.strategy(), group.bundles(), Map.of());
    var idle = view(parts.ledger().unused());
    if (BundlePlanner.plan(wish, PlacementCapacity.of(List.of(idle)))
        instanceof BundlePlanner.Plan.Never(var why)) {
      throw new PlacementGroupException(
          Reason.UNSCHEDULABLE,
          "A placement group can never be: " + why
              + ". Ask for less, or declare more in the settings.");
    }
  }

  /** See {@link MobulaRuntime#placementGroup(String)}. */
  public PlacementGroup named(String name) {
    var answer = answerOf(name, reply -> new GroupScheduler.Named(name, reply));
    if (answer instanceof GroupScheduler.Here(var facts)) {
      table.put(facts);
      return handle(facts.map().spec());
    }
    throw new PlacementGroupException(
        Reason.NAME_UNKNOWN,
        "There is no placement group of the name " + name
            + ": nobody has made it, or it has been removed.");
  }

  /** See {@link MobulaRuntime#placementGroups()}. */
  public List<PlacementGroup> all() {
    parts.store().requireOpen();
    return table.all().stream().map(facts -> handle(facts.map().spec())).toList();
  }

  private PlacementGroup handle(GroupSpec spec) {
    return PlacementGroup.of(
        parts.runtime(),
        spec.id(),
        new PlacementGroupRequest(spec.name(), spec.strategy(), spec.resources(), spec.detached()));
  }

  /** See {@link PlacementGroup#ready}. */
  public ObjectRef<PlacementGroup> ready(PlacementGroup group) {
    parts.store().requireOpen();
    var ref = ready.ref(group);
    if (table.find(group.id()) == null && table.past(group.id()) == null) {
      inquiries.ask(group.id());
    }
    return ref;
  }

  /** See {@link PlacementGroup#state}. */
  public PlacementGroupState state(PlacementGroup group) {
    return switch (answerOf(group, reply -> new GroupScheduler.Find(group.id(), reply))) {
      case GroupScheduler.Here(var facts) -> {
        table.put(facts);
        yield state(facts);
      }
      case GroupScheduler.Gone(var id, var ending) -> {
        ended(id, ending);
        List<Optional<NodeId>> nowhere =
            group.bundles().stream().map(bundle -> Optional.<NodeId>empty()).toList();
        yield new PlacementGroupState(PlacementGroupState.Phase.REMOVED, nowhere, ending.why());
      }
      case GroupScheduler.Accepted accepted -> throw unexpected(accepted);
      case GroupScheduler.NameTaken taken -> throw unexpected(taken);
      case GroupScheduler.NameUnknown unknown -> throw unexpected(unknown);
    };
  }

  private static IllegalStateException unexpected(GroupScheduler.Answer answer) {
    return new IllegalStateException("The scheduler of placement groups has answered " + answer);
  }

  private static PlacementGroupState state(GroupFacts facts) {
    var map = facts.map();
    var nodes = IntStream.range(0, map.spec().size())
        .mapToObj(bundle -> Optional.ofNullable(map.place(bundle)))
        .toList();
    var phase =
        facts.before() ? PlacementGroupState.Phase.RESCHEDULING : PlacementGroupState.Phase.PENDING;
    return new PlacementGroupState(
        facts.committed() ? PlacementGroupState.Phase.READY : phase, nodes, facts.why());
  }

  /** See {@link PlacementGroup#remove}. */
  public void remove(PlacementGroup group) {
    var answer = answerOf(group, reply -> new GroupScheduler.Remove(group.id(), reply));
    if (answer instanceof GroupScheduler.Gone(var id, var ending)) {
      ended(id, ending);
    } else {
      ended(group.id(), Ending.removed(""));
    }
  }

  // ---- asking

  private CompletionStage<GroupScheduler.Answer> ask(
      Function<ActorRef<GroupScheduler.Answer>, GroupScheduler.Command> wish) {
    var present = scheduler;
    return present == null
        ? CompletableFuture.failedFuture(new IllegalStateException("not open"))
        : AskPattern.ask(present, wish::apply, ANSWER, parts.system().scheduler());
  }

  /** Wishes may be said again: a scheduler that moves drops some. */
  private GroupScheduler.Answer answerOf(
      Object what, Function<ActorRef<GroupScheduler.Answer>, GroupScheduler.Command> wish) {
    Throwable last = null;
    for (int i = 0; i < TRIES; i++) {
      parts.store().requireOpen();
      try (var _ = BlockedThread.enter(
          parts.store().node(),
          () -> WaitStep.end(
              "waits for the scheduler of placement groups, to answer about " + what, WaitCause.TIMER))) {
        return ask(wish).toCompletableFuture().get(2 * ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException late) {
        last = late;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WaitInterruptedException("Interrupted while asking about " + what + ".");
      }
    }
    throw new PlacementGroupException(
        Reason.NO_ANSWER,
        "The scheduler of placement groups has not answered about " + what + " within "
            + ANSWER.multipliedBy(TRIES)
            + ". It runs on a member with the role mobula-node; is there one?",
        last);
  }

  // ---- what other parts of the node want

  /** Refs to groups that are not ready. */
  public List<ObjectEntry> pendingRefs() {
    return ready.pending();
  }

  @Override
  public Choice choose(Placement.Group group, Resources wanted) {
    return table.choose(group, wanted);
  }

  @Override
  public boolean acquire(PlacementGroupId group, int bundle, Requester requester) {
    return ledgers.acquire(group, bundle, requester);
  }

  @Override
  public void lookAgain(PlacementGroupId group) {
    ledgers.lookAgain(group);
  }

  @Override
  public void doubt(PlacementGroupId group) {
    inquiries.ask(group);
  }

  @Override
  public void onChange(Runnable listener) {
    table.onChange(listener);
  }

  /** What waits: groups for room, and work in bundles for those. */
  public CompletionStage<List<WaitingWork>> waiting() {
    CompletionStage<List<WaitingWork>> all = CompletableFuture.completedStage(pending());
    for (var each : ledgers.all()) {
      var inside = each.ledger()
          .report(parts.system())
          .handle((report, closed) -> report == null ? List.<WaitingWork>of() : report.waiting());
      all = all.thenCombine(inside, (waiting, more) -> {
        var both = new ArrayList<>(waiting);
        both.addAll(more);
        return both;
      });
    }
    return all;
  }

  /** The groups that this process owns and that wait. */
  private List<WaitingWork> pending() {
    var self = parts.membership().self().id();
    return table.all().stream()
        .filter(facts -> !facts.committed() && facts.map().spec().owner().equals(self))
        .map(facts -> new WaitingWork(
            facts.map().spec().describe(),
            facts.map().spec().resources().stream().reduce(Resources.none(), BundlePlanner::sum),
            facts.why()))
        .toList();
  }
}
