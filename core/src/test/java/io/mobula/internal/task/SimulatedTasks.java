package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.SimulatedNetwork;
import io.mobula.internal.lane.SimulatedTransport;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.ClusterLeaseSource;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.placement.NoBundles;
import io.mobula.internal.placement.PlacementDecision;
import io.mobula.internal.schedule.SimulatedActors;
import io.mobula.internal.schedule.SimulatedScheduler;
import io.mobula.internal.schedule.SimulatedThreads;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.RemoteFunction;
import io.mobula.spi.TaskOptions;
import io.mobula.spi.WorkOptions;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Simulated cluster for tasks. Engines, queues, local and remote slots with their threads,
 * transports, ledgers and lease sources are real. A schedule decides where a request goes, when a
 * frame arrives, which thread goes on, what a body does, and who dies.
 */
final class SimulatedTasks {
  private static final int NODES = 3;
  private static final int MAX_STEPS = 2_000;
  private static final Codec CODEC = Codec.create(
      CodecOptions.defaults().withExternalTypes(ObjectRef.class)); // creating a codec takes long
  private static final Duration NEVER = Duration.ofHours(10);
  private static final Map<Long, SimulatedTasks> WORLDS = new ConcurrentHashMap<>();
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final MobulaRuntime NO_RUNTIME = (MobulaRuntime) Proxy.newProxyInstance(
      MobulaRuntime.class.getClassLoader(),
      new Class<?>[] {MobulaRuntime.class},
      (proxy, method, arguments) -> {
        throw new UnsupportedOperationException(method.getName());
      });

  private final long world = NUMBERS.incrementAndGet();
  private final SimulatedScheduler scheduler;
  private final Path directory;
  private final SimulatedNetwork network;
  private final Map<NodeId, Member> members = new LinkedHashMap<>();
  private final List<Member> all = new ArrayList<>();
  private final List<Task> tasks = new ArrayList<>();
  private final boolean slotsStay; // slots without work stay until they are recalled
  // an error seen by a task, which would otherwise become its outcome
  private @Nullable AssertionError wrong;

  SimulatedTasks(SimulatedScheduler scheduler, Path directory) {
    this.scheduler = scheduler;
    this.directory = directory;
    this.network = new SimulatedNetwork(scheduler);
    this.slotsStay = scheduler.decisions().oneIn(2);
    for (int i = 1; i <= NODES; i++) {
      var member = new Member(new NodeId(i));
      members.put(member.id, member);
      all.add(member);
    }
    network.meetAll();
    scheduler.afterEach(() -> {
      network.deliver();
      if (wrong != null) {
        throw wrong;
      }
    });
  }

  void run() {
    WORLDS.put(world, this);
    try {
      for (int actions = 20 + scheduler.decisions().next(120); actions > 0; actions--) {
        act();
      }
      settle("-- no more tasks come");
      checkAllHaveEnded();
      if (!slotsStay) {
        members.values().forEach(Member::checkAtRest);
      }
      settle("-- all engines close");
      members.values().forEach(member -> member.engine.close());
      settle("-- slots that had no work end");
      members.values().forEach(Member::checkClosed);
    } finally {
      WORLDS.remove(world);
      scheduler.end();
      all.forEach(Member::discard);
    }
  }

  private void settle(String why) {
    scheduler.note(why);
    network.deliver();
    scheduler.settle(MAX_STEPS);
  }

  private void checkAllHaveEnded() {
    for (var task : tasks) {
      assertThat(task.ended)
          .as("outcomes of %s; threads: %s", task, task.home.threads.unfinished())
          .isEqualTo(task.home.isUp() ? 1 : Math.min(1, task.ended));
      task.checkRuns();
    }
  }

  private void act() {
    network.deliver();
    int what = scheduler.decisions().next(100);
    if (what < 66) {
      scheduler.next();
    } else if (what < 84) {
      tasks.add(new Task(any()));
    } else if (what < 90) {
      if (!tasks.isEmpty()) {
        tasks.get(scheduler.decisions().next(tasks.size())).cancel();
      }
    } else if (what < 93) {
      any().engine.services().queues().forgetIdle();
    } else if (what < 95) {
      any().leaseSource.rescanQueue();
    } else if (what < 97) {
      any().ledger.rescanQueue();
    } else {
      killOne();
    }
  }

  private Member any() {
    return List.copyOf(members.values()).get(scheduler.decisions().next(members.size()));
  }

  private void killOne() {
    var victim = any();
    if (victim.id.incarnation() == 1) {
      return; // one node has to be left
    }
    scheduler.note("** " + victim.id + " dies");
    network.kill(victim.id);
    members.remove(victim.id);
    scheduler.endSource(victim.id + "'s ledger 1");
    victim.threads.die();
    tasks.forEach(task -> task.diesAt(victim));
  }

  /** Runs the body of a task, on whichever node it is. */
  static int body(long world, int number) {
    var here = WORLDS.get(world);
    return here == null ? number : here.perform(here.tasks.get(number));
  }

  private int perform(Task task) {
    var at = ((TaskRun) Execution.current().owner()).services().node();
    scheduler.note(task + " begins at " + at);
    task.begins(at);
    try {
      for (int pauses = scheduler.decisions().next(4); pauses > 0; pauses--) {
        scheduler.preempt();
        if (scheduler.decisions().oneIn(4)) {
          waitInside();
        }
      }
      return task.number;
    } finally {
      task.ends(at);
      scheduler.note(task + " has run at " + at);
    }
  }

  private void waitInside() {
    var hold = Execution.currentHold();
    hold.giveBack();
    scheduler.preempt();
    scheduler.preempt();
    hold.takeBack();
  }

  /** One process of the cluster. */
  private final class Member {
    final NodeId id;
    final SimulatedTransport lanes;
    final SimulatedThreads threads;
    final LedgerClient ledger;
    final ClusterLeaseSource leaseSource;
    final TaskEngine engine;
    private final ClusterObjects clusterObjects;
    private final ObjectStore store;
    private final CallBinder binder;
    private final TaskTransport wire;

    Member(NodeId id) {
      this.id = id;
      lanes = new SimulatedTransport(SimulatedTransport.peer(id.incarnation(), Peer.Role.NODE));
      threads = new SimulatedThreads(scheduler, id.toString());
      var memory = SharedStore.open(new StoreOptions(directory, 1 << 20, 1 << 20, false));
      store = new ObjectStore(
          id,
          CODEC,
          memory,
          new ObjectStore.Limits(1024, Duration.ofSeconds(5)),
          threads,
          (name, max) -> threads);
      binder = new CallBinder(store, CODEC, 1024);
      ledger = LedgerClient.start(
          Resources.none().cpus(1 + scheduler.decisions().next(2)),
          new SimulatedActors(scheduler, id.toString()));
      clusterObjects = new ClusterObjects(store, memory, lanes.peerTransport(), 1024, this::after);
      var bundles = new NoBundles();
      var granter = new LeaseGranter(ledger, lanes.peerTransport(), wanted -> elsewhere(), bundles);
      leaseSource = new ClusterLeaseSource(
          ledger,
          lanes.peerTransport(),
          granter,
          new ClusterLeaseSource.PlacementRules(
              this::choose, node -> 0, bundles, NEVER, this::after));
      var idle = slotsStay ? NEVER : Duration.ZERO;
      engine = new TaskEngine(
          new TaskEngine.Dependencies(
              NO_RUNTIME, store, binder, leaseSource, this::after, this::job),
          new TaskSettings(
              1000, 1 << 20, NEVER, idle, 1 + scheduler.decisions().next(3), 3, Duration.ZERO, 100),
          threads);
      wire = TaskTransport.start(engine, clusterObjects, lanes.peerTransport(), granter);
      engine.connect(wire);
      network.add(lanes);
    }

    Job job() {
      return new Job(id, false, null, 1);
    }

    boolean isUp() {
      return members.containsKey(id);
    }

    /** Schedules the action at some time, unless the delay stands for never. */
    private Runnable after(Duration delay, Runnable action) {
      return delay.compareTo(NEVER.dividedBy(2)) > 0
          ? () -> {}
          : scheduler.anyTime(id + "'s timer", () -> {
            if (isUp()) {
              action.run();
            }
          });
    }

    private @Nullable NodeId elsewhere() {
      scheduler.preempt();
      return scheduler.decisions().oneIn(3) ? null : any().id;
    }

    private PlacementDecision choose(ClusterLeaseRequester requester, long turn) {
      scheduler.preempt();
      var node = any().id;
      var choice = scheduler.decisions().oneIn(4)
          ? new PlacementDecision.Later(node, "it is busy")
          : new PlacementDecision.AtNode(node);
      scheduler.preempt();
      return choice;
    }

    /** Checks that all tasks of living members have ended and that no slot is left without work. */
    void checkAtRest() {
      assertThat(threads.unfinished()).as("threads of %s", id).isEmpty();
      assertThat(wire.size()).as("slots that %s knows", id).isZero();
      var snapshot = snapshot();
      assertThat(snapshot.available()).as("free at %s", id).isEqualTo(ledger.total());
      assertThat(snapshot.queued()).as("queued at %s", id).isZero();
      assertThat(engine.isBusy()).as("%s has pending tasks", id).isFalse();
    }

    private LedgerClient.BalanceSnapshot snapshot() {
      var snapshot = new ArrayList<LedgerClient.BalanceSnapshot>();
      ledger.watch(snapshot::add, () -> {});
      scheduler.settle(MAX_STEPS);
      return snapshot.getFirst();
    }

    /** Checks that threads are left only where other nodes have not released their slots. */
    void checkClosed() {
      assertThat(threads.unfinished().stream().filter(each -> !each.contains("HostedTaskSlot")))
          .as("threads of %s, which has closed", id)
          .isEmpty();
    }

    void discard() {
      threads.discard();
      clusterObjects.close();
      store.close();
    }
  }

  /** One task and its outcome. */
  private final class Task {
    final int number = tasks.size();
    final Member home;
    private final TaskRun run;
    private final ObjectEntry entry;
    private final int retries = scheduler.decisions().next(3);
    private final List<NodeId> runningAt = new ArrayList<>();
    private int runs;
    private int ended;
    private boolean isSubmitted;

    Task(Member home) {
      this.home = home;
      long in = world;
      int me = number;
      RemoteFunction function = arguments -> body(in, me);
      var id = new ObjectId(home.id.incarnation(), home.store.nextTask(), 0);
      var options = new TaskOptions(
          new WorkOptions(
              Resources.none().cpus(1 - 0.5 * scheduler.decisions().next(2)),
              scheduler.decisions().oneIn(4) ? Placement.spread() : Placement.anywhere(),
              null),
          new TaskOptions.Retries(retries, List.of(), Duration.ZERO),
          TaskOptions.DEFAULT.timeLimits(),
          TaskOptions.DEFAULT.maxUnread());
      var spec = new TaskSpec(id, home.binder.bind(function), "body", options, home.job());
      run = new TaskRun(spec, TaskAncestry.NONE, home.engine.services());
      entry = home.store.createPending(id.task(), 0, run);
      entry.retain();
      run.setResultSink(new TaskResultSink.Single(home.store, entry));
      assertThat(entry.await(ready -> ended++)).isTrue();
      scheduler.note(this + " is submitted");
      home.threads.start("submitter", () -> {
        home.engine.services().pending().add(run);
        run.start();
        isSubmitted = true;
      });
    }

    void cancel() {
      if (isSubmitted && home.isUp()) { // before that nobody has a ref
        scheduler.note(this + " is cancelled");
        run.cancel(run.spec().number(), false);
      }
    }

    void begins(NodeId at) {
      runs++;
      runningAt.add(at);
      if (runs > 1 + retries || runningAt.size() > 1) {
        wrong = new AssertionError(this + " may run " + (1 + retries) + " times, has begun " + runs
            + " and is at " + runningAt);
      }
    }

    void ends(NodeId at) {
      runningAt.remove(at);
    }

    void diesAt(Member victim) {
      runningAt.removeIf(victim.id::equals);
    }

    void checkRuns() {
      assertThat(runningAt).as("where %s still runs", this).isEmpty();
      if (ended == 1 && home.isUp() && !entry.isFailed()) {
        assertThat(runs).as("attempts of %s, which has a value", this).isPositive();
        assertThat(home.store.valueOf(entry)).isEqualTo(number);
      }
    }

    @Override
    public String toString() {
      return "task " + number + " of " + home.id;
    }
  }
}
