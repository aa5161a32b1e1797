package io.mobula.internal.group;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.PlacementGroupException.Reason;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.placement.GroupBundles;
import io.mobula.internal.placement.PlacementDecision;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.PlacementGroupState;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorSpawner;
import io.mobula.spi.NodeView;
import io.mobula.spi.PlacementGroupRequest;
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
 * Service for placement groups within a node. Thread-safe; only the calls that ask the scheduler
 * block, see {@link PlacementGroup}.
 */
public final class PlacementGroupService implements GroupBundles {
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final int TRIES = 5;
  private static final Duration GATHER = Duration.ofSeconds(5);
  private static final Duration NODE_ANSWER = Duration.ofSeconds(2);
  private static final Duration HOLD = Duration.ofSeconds(6);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(2);

  private final Dependencies dependencies;
  private final GroupTable table;
  private final BundleLedgers ledgers = new BundleLedgers();
  private final GroupQueries inquiries;
  private final GroupReadyRefs ready;
  private final OrphanedGroups orphans;
  private final AtomicLong numbers = new AtomicLong();
  private volatile GroupWorkListener work = (id, how, exception) -> {};
  private volatile @Nullable ActorRef<GroupScheduler.Command> hosted;
  private volatile @Nullable ActorRef<GroupScheduler.Command> scheduler;
  private volatile @Nullable ActorRef<BundleLoadGossip.Command> change;
  private volatile @Nullable GroupSchedulerSingleton singleton;
  private volatile NodeView own;
  private volatile boolean closed;

  /**
   * Dependencies of the service.
   *
   * @param runtime the runtime of the handles
   * @param cluster whether there may be other nodes
   * @param job the job of groups that no task or actor creates
   */
  public record Dependencies(
      ActorSystem<?> system,
      MobulaRuntime runtime,
      Membership membership,
      boolean cluster,
      LedgerClient ledger,
      ObjectStore store,
      Supplier<Job> job) {}

  /** Listener for work that runs in groups on this node. */
  public interface GroupWorkListener {
    /**
     * Ends the work that runs in a group or waits for it, as the group has ended. Must not block.
     *
     * @param how what became of the group, as text
     * @param exception makes the exception from the name of what ends
     */
    void ended(
        PlacementGroupId id, String how, Function<String, PlacementGroupException> exception);
  }

  /** Creates a service that knows no group yet. */
  public PlacementGroupService(Dependencies dependencies) {
    this.dependencies = dependencies;
    var self = dependencies.membership().self();
    this.table = new GroupTable(
        self.id(), node -> node.equals(self.id()) || dependencies.membership().peer(node) != null);
    this.inquiries = new GroupQueries(this::inquire, this::after);
    this.orphans = new OrphanedGroups(
        id -> ask(reply -> new GroupScheduler.Remove(id, reply)), this::after, ANSWER);
    table.removeOrphansBy(orphans::remove);
    this.ready = new GroupReadyRefs(dependencies.store(), table, inquiries::remind);
    this.own = view(dependencies.ledger().unused());
  }

  // ---- life cycle

  /** Sets the listener for work in groups. */
  public void work(GroupWorkListener what) {
    work = what;
  }

  /**
   * Starts the agent, and the scheduler or its singleton.
   *
   * @param view the resources of all nodes; null without a cluster
   * @param unschedulableTimeout how long a group may be unschedulable before it fails
   */
  public void open(
      ActorSpawner spawner,
      @Nullable Supplier<PlacementCapacity> view,
      Duration unschedulableTimeout) {
    var self = dependencies.membership().self().id();
    spawner.spawn(
        GroupAgent.create(
            new GroupAgent.Dependencies(
                self, dependencies.ledger(), ledgers, table, new GroupAgentListener()),
            HOLD),
        GroupAgent.NAME);
    var timing = new GroupSchedulerState.SchedulerTiming(
        GATHER.toMillis(),
        NODE_ANSWER.toMillis(),
        FIRST_PAUSE.toMillis(),
        MAX_PAUSE.toMillis(),
        unschedulableTimeout.toMillis());
    if (view != null) {
      change = spawner.spawn(
          BundleLoadGossip.create(dependencies.membership(), ledgers, table),
          BundleLoadGossip.NAME);
      var opened = GroupSchedulerSingleton.open(
          dependencies.system(),
          self,
          () -> GroupScheduler.create(new GroupScheduler.Dependencies(
              dependencies.membership(),
              new UnreservedCapacity(view, () -> {}),
              timing,
              new LocalSchedulerListener())));
      singleton = opened;
      scheduler = opened.scheduler();
    } else {
      var room = spawner.spawn(
          LocalCapacityWatcher.create(
              dependencies.ledger(), snapshot -> own = view(snapshot), this::viewChanged),
          LocalCapacityWatcher.NAME);
      scheduler = spawner.spawn(
          GroupScheduler.create(new GroupScheduler.Dependencies(
              dependencies.membership(),
              new UnreservedCapacity(
                  () -> PlacementCapacity.of(List.of(own)),
                  () -> room.tell(new LocalCapacityWatcher.Refresh())),
              timing,
              new LocalSchedulerListener())),
          "groups");
    }
    dependencies.membership().subscribe(new MembershipListener());
    table.inquireBy(inquiries::ask, inquiries::remind);
  }

  private NodeView view(LedgerClient.BalanceSnapshot snapshot) {
    var self = dependencies.membership().self();
    return new NodeView(
        self.id(),
        self.name(),
        self.labels(),
        snapshot.total(),
        snapshot.available(),
        snapshot.queued(),
        0,
        true,
        snapshot.devices());
  }

  /** Tells the scheduler that free resources have changed. */
  public void viewChanged() {
    var present = hosted;
    if (present != null) {
      present.tell(new GroupScheduler.ViewChanged());
    }
  }

  /** Closes the service; the scheduler runs elsewhere from now on. */
  public void close() {
    var present = singleton;
    if (present != null) {
      present.close();
    }
    closed = true;
    ready.close();
  }

  /** Listener that tells the scheduler in this process which peers join and leave. */
  private final class MembershipListener implements Membership.Listener {
    @Override
    public void joined(Peer peer) {
      tell(new GroupScheduler.NodeJoined(peer.id()));
      var present = change;
      if (present != null) {
        present.tell(new BundleLoadGossip.PeerJoined(peer));
      }
    }

    @Override
    public void left(Peer peer, String how) {
      table.left(peer.id());
      tell(new GroupScheduler.NodeLeft(peer.id()));
    }

    private void tell(GroupScheduler.Command change) {
      var present = hosted;
      if (present != null) {
        present.tell(change);
      }
    }
  }

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

  private final class GroupAgentListener implements GroupAgent.AgentListener {
    @Override
    public void ended(PlacementGroupId id, GroupTable.EndedGroup ended) {
      endWork(id, ended);
    }

    @Override
    public void staleGroup(PlacementGroupId id) {
      inquiries.ask(id);
    }

    @Override
    public void bundlesChanged() {
      var present = change;
      if (present != null) {
        present.tell(new BundleLoadGossip.BundlesChanged());
      }
    }
  }

  /**
   * Queries the scheduler for a group. Without an answer, waiting work checks the table again and
   * triggers the next query.
   */
  private CompletionStage<?> inquire(PlacementGroupId id) {
    return ask(reply -> new GroupScheduler.Find(id, reply)).whenComplete((answer, failure) -> {
      if (answer != null) {
        learn(answer);
      } else {
        var _ = after(ANSWER, table::changed);
      }
    });
  }

  /** Schedules an action, unless the service is closed. */
  private Runnable after(Duration delay, Runnable action) {
    if (closed) {
      return () -> {};
    }
    var system = dependencies.system();
    return system.scheduler().scheduleOnce(delay, action, system.executionContext())::cancel;
  }

  private void learn(GroupScheduler.ClientReply reply) {
    switch (reply) {
      case GroupScheduler.GroupFound(var status) -> table.put(status);
      case GroupScheduler.GroupEnded(var id, var termination) -> ended(id, termination);
      case GroupScheduler.Accepted accepted -> {}
      case GroupScheduler.NameTaken taken -> {}
      case GroupScheduler.NameUnknown unknown -> {}
    }
  }

  private void ended(PlacementGroupId id, GroupTermination termination) {
    var ended = table.end(id, termination);
    if (ended != null) {
      endWork(id, ended);
    }
  }

  private void endWork(PlacementGroupId id, GroupTable.EndedGroup ended) {
    work.ended(
        id,
        "its " + ended.group() + " is no more: " + ended.ending().why(),
        what -> ended.ending().exception(what, ended.group()));
  }

  // ---- requests of users

  /** Creates a group; see {@link MobulaRuntime#create(PlacementGroupRequest)}. */
  public PlacementGroup create(PlacementGroupRequest request) {
    dependencies.store().requireOpen();
    var id = new PlacementGroupId(
        dependencies.membership().self().id().incarnation(), numbers.incrementAndGet());
    var group = PlacementGroup.of(dependencies.runtime(), id, request);
    if (!dependencies.cluster()) {
      requirePossible(group);
    }
    var spec = new GroupSpec(
        id,
        request.name(),
        request.strategy(),
        request.bundles().stream().map(Resources::asUnits).toList(),
        Job.current(dependencies.job().get()).driver(),
        request.detached());
    table.addUnready(spec);
    GroupScheduler.ClientReply answer;
    try {
      answer = answerOf(group, reply -> new GroupScheduler.Create(spec, reply));
    } catch (RuntimeException e) {
      table.removeUnready(id);
      orphans.remove(id); // the scheduler may make the group although its answer is late
      throw e;
    }
    if (answer instanceof GroupScheduler.NameTaken(var by)) {
      table.removeUnready(id);
      throw new PlacementGroupException(
          Reason.NAME_TAKEN,
          "Wanted a placement group of the name " + request.name() + ": that is the name of "
              + by.describe() + ". Take another name, or remove that group first.");
    }
    table.accepted(spec);
    return group;
  }

  private void requirePossible(PlacementGroup group) {
    var request = new BundlePlanner.PlanRequest(group.strategy(), group.bundles(), Map.of());
    var idle = view(dependencies.ledger().unused());
    if (BundlePlanner.plan(request, PlacementCapacity.of(List.of(idle)))
        instanceof BundlePlanner.Plan.Never(var why)) {
      throw new PlacementGroupException(
          Reason.UNSCHEDULABLE,
          "A placement group can never be: " + why
              + ". Ask for less, or declare more in the settings.");
    }
  }

  /** Finds a group by its name; see {@link MobulaRuntime#placementGroup(String)}. */
  public PlacementGroup findByName(String name) {
    var answer = answerOf(name, reply -> new GroupScheduler.FindByName(name, reply));
    if (answer instanceof GroupScheduler.GroupFound(var status)) {
      table.put(status);
      return handle(status.assignment().spec());
    }
    throw new PlacementGroupException(
        Reason.NAME_UNKNOWN,
        "There is no placement group of the name " + name
            + ": nobody has made it, or it has been removed.");
  }

  /** Returns handles of all known groups; see {@link MobulaRuntime#placementGroups()}. */
  public List<PlacementGroup> all() {
    dependencies.store().requireOpen();
    return table.all().stream()
        .map(status -> handle(status.assignment().spec()))
        .toList();
  }

  private PlacementGroup handle(GroupSpec spec) {
    return PlacementGroup.of(
        dependencies.runtime(),
        spec.id(),
        new PlacementGroupRequest(spec.name(), spec.strategy(), spec.resources(), spec.detached()));
  }

  /** Returns a ref that completes when the group is ready; see {@link PlacementGroup#ready}. */
  public ObjectRef<PlacementGroup> ready(PlacementGroup group) {
    dependencies.store().requireOpen();
    var ref = ready.ref(group);
    if (table.find(group.id()) == null && table.past(group.id()) == null) {
      inquiries.ask(group.id());
    }
    return ref;
  }

  /** Returns the present state of the group; see {@link PlacementGroup#state}. */
  public PlacementGroupState state(PlacementGroup group) {
    return switch (answerOf(group, reply -> new GroupScheduler.Find(group.id(), reply))) {
      case GroupScheduler.GroupFound(var status) -> {
        table.put(status);
        yield state(status);
      }
      case GroupScheduler.GroupEnded(var id, var termination) -> {
        ended(id, termination);
        List<Optional<NodeId>> nowhere =
            group.bundles().stream().map(bundle -> Optional.<NodeId>empty()).toList();
        yield new PlacementGroupState(
            PlacementGroupState.Phase.REMOVED, nowhere, termination.why());
      }
      case GroupScheduler.Accepted accepted -> throw unexpected(accepted);
      case GroupScheduler.NameTaken taken -> throw unexpected(taken);
      case GroupScheduler.NameUnknown unknown -> throw unexpected(unknown);
    };
  }

  private static IllegalStateException unexpected(GroupScheduler.ClientReply reply) {
    return new IllegalStateException("The scheduler of placement groups has answered " + reply);
  }

  private static PlacementGroupState state(GroupStatus status) {
    var map = status.assignment();
    var nodes = IntStream.range(0, map.spec().size())
        .mapToObj(bundle -> Optional.ofNullable(map.nodeOf(bundle)))
        .toList();
    var phase = status.wasCommitted()
        ? PlacementGroupState.Phase.RESCHEDULING
        : PlacementGroupState.Phase.PENDING;
    return new PlacementGroupState(
        status.committed() ? PlacementGroupState.Phase.READY : phase, nodes, status.why());
  }

  /** Removes the group; see {@link PlacementGroup#remove}. */
  public void remove(PlacementGroup group) {
    var answer = answerOf(group, reply -> new GroupScheduler.Remove(group.id(), reply));
    if (answer instanceof GroupScheduler.GroupEnded(var id, var termination)) {
      ended(id, termination);
    } else {
      ended(group.id(), GroupTermination.removed(""));
    }
  }

  // ---- asking the scheduler

  private CompletionStage<GroupScheduler.ClientReply> ask(
      Function<ActorRef<GroupScheduler.ClientReply>, GroupScheduler.Command> command) {
    var present = scheduler;
    return present == null
        ? CompletableFuture.failedFuture(new IllegalStateException("not open"))
        : AskPattern.ask(present, command::apply, ANSWER, dependencies.system().scheduler());
  }

  /**
   * Asks the scheduler and waits for its reply; repeats the request, as a scheduler that moves
   * drops some.
   */
  private GroupScheduler.ClientReply answerOf(
      Object what, Function<ActorRef<GroupScheduler.ClientReply>, GroupScheduler.Command> command) {
    Throwable last = null;
    for (int i = 0; i < TRIES; i++) {
      dependencies.store().requireOpen();
      try (var _ = BlockedThread.enter(
          dependencies.store().node(),
          () -> WaitStep.end(
              "waits for the scheduler of placement groups, to answer about " + what,
              WaitCause.TIMER))) {
        return ask(command).toCompletableFuture().get(2 * ANSWER.toMillis(), TimeUnit.MILLISECONDS);
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

  // ---- calls of the node's other parts

  /** Returns refs to groups that are not ready. */
  public List<ObjectEntry> pendingRefs() {
    return ready.pending();
  }

  @Override
  public PlacementDecision choose(Placement.Group group, Resources wanted) {
    return table.choose(group, wanted);
  }

  @Override
  public boolean acquire(PlacementGroupId group, int bundle, LeaseRequester requester) {
    return ledgers.acquire(group, bundle, requester);
  }

  @Override
  public void rescanQueues(PlacementGroupId group) {
    ledgers.rescanQueues(group);
  }

  @Override
  public void refresh(PlacementGroupId group) {
    inquiries.ask(group);
  }

  @Override
  public void onChange(Runnable listener) {
    table.onChange(listener);
  }

  /** Returns what waits: groups for resources, and work for resources of bundles. */
  public CompletionStage<List<WaitingWork>> waiting() {
    CompletionStage<List<WaitingWork>> all = CompletableFuture.completedStage(pending());
    for (var each : ledgers.all()) {
      var inside = each.ledger()
          .report(dependencies.system())
          .handle((report, closed) -> report == null ? List.<WaitingWork>of() : report.waiting());
      all = all.thenCombine(inside, (waiting, more) -> {
        var both = new ArrayList<>(waiting);
        both.addAll(more);
        return both;
      });
    }
    return all;
  }

  /** Returns the groups that this process owns and that wait. */
  private List<WaitingWork> pending() {
    var self = dependencies.membership().self().id();
    return table.all().stream()
        .filter(
            status -> !status.committed() && status.assignment().spec().owner().equals(self))
        .map(status -> new WaitingWork(
            status.assignment().spec().describe(),
            status.assignment().spec().resources().stream()
                .reduce(Resources.none(), BundlePlanner::sum),
            status.why()))
        .toList();
  }
}
