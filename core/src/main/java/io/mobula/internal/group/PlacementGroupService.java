package io.mobula.internal.group;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.PlacementGroupException.Reason;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.placement.GroupBundles;
import io.mobula.internal.placement.PlacementDecision;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.PlacementGroupState;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorSpawner;
import io.mobula.spi.PlacementGroupRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Service for placement groups within a node. Thread-safe; only the calls that ask the scheduler
 * block, see {@link PlacementGroup}.
 */
public final class PlacementGroupService implements GroupBundles {
  private final Dependencies dependencies;
  private final GroupTable table;
  private final BundleLedgers ledgers = new BundleLedgers();
  private final GroupSchedulerClient scheduler;
  private final GroupUpdates updates;
  private final GroupQueries inquiries;
  private final GroupReadyRefs ready;
  private final OrphanedGroups orphans;
  private final GroupActors actors;
  private final GroupWaits waits;
  private final AtomicLong numbers = new AtomicLong();
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
    this.scheduler = new GroupSchedulerClient(dependencies.system(), dependencies.store());
    this.updates = new GroupUpdates(table);
    this.inquiries = new GroupQueries(this::inquire, this::after);
    this.orphans = new OrphanedGroups(
        id -> scheduler.ask(reply -> new GroupScheduler.Remove(id, reply)),
        this::after,
        GroupSchedulerClient.ANSWER);
    table.removeOrphansBy(orphans::remove);
    this.ready = new GroupReadyRefs(dependencies.store(), table, inquiries::remind);
    this.actors = new GroupActors(dependencies, ledgers, table, updates, inquiries::ask);
    this.waits = new GroupWaits(self.id(), dependencies.system(), table, ledgers);
  }

  // ---- life cycle

  /** Sets the listener for work in groups. */
  public void work(GroupWorkListener what) {
    updates.setWork(what);
  }

  /** Starts the agent and the scheduler of a node without a cluster. */
  public void openAlone(ActorSpawner spawner) {
    connect(actors.startAlone(spawner));
  }

  /**
   * Starts the agent, and the singleton of the scheduler.
   *
   * @param view the resources of all nodes
   * @param unschedulableTimeout how long a group may be unschedulable before it fails
   */
  public void openInCluster(
      ActorSpawner spawner, Supplier<PlacementCapacity> view, Duration unschedulableTimeout) {
    connect(actors.startInCluster(dependencies.system(), spawner, view, unschedulableTimeout));
  }

  private void connect(ActorRef<GroupScheduler.Command> started) {
    scheduler.connect(started);
    actors.watchMembers();
    table.inquireBy(inquiries::ask, inquiries::remind);
  }

  /** Tells the scheduler that free resources have changed. */
  public void viewChanged() {
    actors.viewChanged();
  }

  /** Closes the service; the scheduler runs elsewhere from now on. */
  public void close() {
    actors.close();
    closed = true;
    ready.close();
  }

  /**
   * Queries the scheduler for a group. Without an answer, waiting work checks the table again and
   * triggers the next query.
   */
  private CompletionStage<?> inquire(PlacementGroupId id) {
    return scheduler
        .ask(reply -> new GroupScheduler.Find(id, reply))
        .whenComplete((answer, failure) -> {
          if (answer != null) {
            updates.learn(answer);
          } else {
            var _ = after(GroupSchedulerClient.ANSWER, table::changed);
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

  // ---- requests of users

  /** Creates a group; see {@link io.mobula.spi.RuntimeEngine#create(PlacementGroupRequest)}. */
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
      answer = scheduler.await(group, reply -> new GroupScheduler.Create(spec, reply));
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
    var idle = PlacementCapacity.ofNode(
        dependencies.membership().self(), dependencies.ledger().unused());
    if (BundlePlanner.plan(request, idle) instanceof BundlePlanner.Plan.Never(var why)) {
      throw new PlacementGroupException(
          Reason.UNSCHEDULABLE,
          "A placement group can never be: " + why
              + ". Ask for less, or declare more in the settings.");
    }
  }

  /** Finds a group by its name; see {@link MobulaRuntime#placementGroup(String)}. */
  public PlacementGroup findByName(String name) {
    var answer = scheduler.await(name, reply -> new GroupScheduler.FindByName(name, reply));
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
    return switch (scheduler.await(group, reply -> new GroupScheduler.Find(group.id(), reply))) {
      case GroupScheduler.GroupFound(var status) -> {
        table.put(status);
        yield status.toState();
      }
      case GroupScheduler.GroupEnded(var id, var termination) -> {
        updates.end(id, termination);
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

  /** Removes the group; see {@link PlacementGroup#remove}. */
  public void remove(PlacementGroup group) {
    var answer = scheduler.await(group, reply -> new GroupScheduler.Remove(group.id(), reply));
    if (answer instanceof GroupScheduler.GroupEnded(var id, var termination)) {
      updates.end(id, termination);
    } else {
      updates.end(group.id(), GroupTermination.removed(""));
    }
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
    return waits.all();
  }
}
