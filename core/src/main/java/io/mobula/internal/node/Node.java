package io.mobula.internal.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.NodeInfo;
import io.mobula.ObjectRef;
import io.mobula.PeerChannelInfo;
import io.mobula.PlacementGroupId;
import io.mobula.PutOptions;
import io.mobula.Resources;
import io.mobula.Tensor;
import io.mobula.TensorMemory;
import io.mobula.WaitReport;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.actor.ActorEngine;
import io.mobula.internal.actor.ElasticDispatcher;
import io.mobula.internal.actor.LocalActorNames;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.checkpoint.CheckpointDirectory;
import io.mobula.internal.cluster.ClusterMembership;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.codec.BufferType;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.execution.ElasticPool;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.execution.Job;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.group.PlacementGroupService;
import io.mobula.internal.job.JobPackage;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.SpinWait;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.memory.ProgressThread;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.SuspendAwareClock;
import io.mobula.internal.placement.SingleNodeLeaseSource;
import io.mobula.internal.process.HeapExhaustion;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.task.TaskEngine;
import io.mobula.internal.wait.WaitChainWalker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node in an actor system: ledger, store, tasks and actors, made and ended together. Safe for
 * all threads.
 */
public final class Node {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
  private static final Duration REPORT_LIMIT = Duration.ofSeconds(10);
  private static final int CALLBACK_THREADS = 64;

  /** How long a close may take whose JVM ends since work of this node wants it to. */
  private static final Duration CLOSE_AT_EXIT = Duration.ofMillis(500);

  /** How the names of threads begin that run users' code. */
  private static final List<String> THREADS =
      List.of("mobula-slot", "mobula-actor", "mobula-mobula.actors", "mobula-callback");

  /** How long the threads of a removed node have to heed their interrupt. */
  private static final Duration INTERRUPT_GRACE = Duration.ofSeconds(1);

  private final NodeId id;
  private final ActorSystem<?> system;
  private final NodeSettings settings;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final ActorRef<NodeGuardian.Command> guardian;
  private final ExecutorService slots;
  private final ExecutorService methods;
  private final ExecutorService callbacks;
  private final ExecutorService virtualThreads;
  private final NodeTimer timer;
  private final ObjectStore objects;
  private final LedgerClient ledger;
  private final @Nullable DeviceHealthMonitor devices;
  private final PlacementGroupService groups;
  private final TaskEngine tasks;
  private final ActorEngine actors;
  private final Membership membership;
  private final NodeWaits waits;
  private @Nullable ProgressThread progress;
  private final @Nullable ClusterServices cluster;
  private volatile Job job;
  private volatile @Nullable JobPackage jobPackage;

  private Node(
      NodeId id,
      ActorSystem<?> system,
      NodeSettings settings,
      SharedStore memory,
      NodeOwner owner) {
    this.id = id;
    this.system = system;
    this.settings = settings;
    HeapExhaustion.setExits(system.settings().config().getBoolean("akka.jvm-exit-on-fatal-error"));
    this.guardian = system.systemActorOf(
        NodeGuardian.create(stopped::countDown), "mobula-" + id, Props.empty());
    this.slots = ElasticPool.create(slotThreads(), settings.tasks().maxThreads());
    this.methods = ElasticPool.create("mobula-actor", settings.actors().maxThreads());
    this.membership = MembershipFactory.membership(
        id,
        system,
        settings.cluster(),
        storeOf(memory, settings),
        owner.ownsSystem(),
        () -> startProgress(memory),
        new MembershipCallbacks(owner));
    if (progress != null && membership instanceof ClusterMembership joined) {
      progress.onResumed(joined::verifyMembership);
    }
    this.timer = new NodeTimer(system.executionContext());
    this.callbacks = ElasticPool.createGrowing(
        "mobula-callback", CALLBACK_THREADS, settings.tasks().maxThreads(), timer::after);
    this.virtualThreads = Executors.newThreadPerTaskExecutor(
        Thread.ofVirtual().name("mobula-virtual-", 1).factory());
    var codec = Codec.create(codecOptions(settings.codec()));
    this.objects = new ObjectStore(id, codec, memory, settings.limits(), callbacks);
    this.ledger = LedgerClient.start(settings.total(), settings.gpus().shares(), this::spawnNow);
    this.devices = settings.gpus().watch(ledger::probed);
    var binder = new BoundCall.Binder(objects, codec, settings.limits().inlineLimit());
    this.groups = new PlacementGroupService(new PlacementGroupService.Dependencies(
        system,
        owner.runtime(),
        membership,
        membership instanceof ClusterMembership,
        ledger,
        objects,
        this::job));
    this.cluster = membership instanceof ClusterMembership
        ? new ClusterServices(
            membership, ledger, objects, memory, settings, this::ownReport, groups, timer::after)
        : null;
    if (cluster == null) {
      var spinWait = SpinWait.forSingleNode();
      objects.spinWait(spinWait);
      ElasticDispatcher.lookout(system, spinWait);
    }
    this.job = job(settings.jobs().environment());
    var leaseSource =
        cluster == null ? new SingleNodeLeaseSource(ledger, groups) : cluster.leaseSource();
    this.tasks = new TaskEngine(
        new TaskEngine.Dependencies(
            owner.runtime(), objects, binder, leaseSource, timer::after, this::job),
        settings.tasks(),
        slots);
    if (cluster != null) {
      tasks.connect(cluster.connect(tasks));
    }
    this.actors = new ActorEngine(
        new ActorEngine.Dependencies(
            owner.runtime(),
            objects,
            binder,
            leaseSource,
            timer::after,
            this::spawn,
            cluster == null ? new LocalActorNames() : cluster.names(system, this::spawnNow),
            ActorRefResolver.get(system),
            this::job,
            checkpoints(settings, codec)),
        methods,
        virtualThreads);
    groups.work(this::endGroup);
    if (cluster == null) {
      groups.open(this::spawnNow, null, Duration.ZERO);
    } else {
      actors.join(cluster.connect(actors, settings));
      cluster.openWorkers(objects, settings.jobs(), timer::after, this::isBusy);
      cluster.open(system, settings, this::spawnNow, timer::after);
      AkkaMessageRefs.of(Adapter.toClassic(system)).open(new MessageRefGateway(cluster));
      spawnNow(LeaveRequestActor.create(() -> closeAside(owner)), LeaveRequestActor.NAME);
    }
    this.waits = NodeWaits.start(
        new NodeWaits.WaitSources(
            id,
            objects,
            tasks,
            actors,
            groups,
            cluster == null ? Collections::emptyIterator : cluster::openQuestions),
        cluster == null ? WaitChainWalker.PeerQueries.NOBODY : cluster.waits());
  }

  /** Each slot has a thread group, by which threads are known that its tasks start. */
  private static ThreadFactory slotThreads() {
    var all = Thread.currentThread().getThreadGroup();
    var numbers = new AtomicLong();
    return work -> {
      var name = "mobula-slot-" + numbers.incrementAndGet();
      return Thread.ofPlatform()
          .daemon()
          .group(new ThreadGroup(all, name))
          .name(name)
          .unstarted(work);
    };
  }

  /**
   * Starts a node in a system that somebody else made. The memory becomes the node's.
   *
   * @param owner who opens and closes it
   */
  public static Node start(
      NodeId id,
      ActorSystem<?> system,
      NodeSettings settings,
      SharedStore memory,
      NodeOwner owner) {
    return new Node(id, system, settings, memory, owner);
  }

  /** Where others find that memory, and who of them may. */
  public static Peer.StoreLocation storeOf(SharedStore memory, NodeSettings settings) {
    return new Peer.StoreLocation(
        memory.directory().toString(), memory.idHigh(), memory.idLow(), settings.shareHost());
  }

  private SuspendAwareClock startProgress(SharedStore memory) {
    var started = ProgressThread.start(memory);
    progress = started;
    return started.clock();
  }

  private void endProgress() {
    var started = progress;
    if (started != null) {
      started.close();
    }
  }

  /**
   * Joins the cluster if the settings say so, and returns when the others are known.
   *
   * @throws io.mobula.error.ClusterException when it is not let in; the node must be closed
   */
  public void join() {
    actors.registerCheckpointUser();
    if (membership instanceof ClusterMembership cluster) {
      cluster.join();
    }
    if (membership.peers().isEmpty()) { // else another member may own what the files are of
      actors.removeLeftovers();
    }
    if (membership instanceof ClusterMembership) {
      startStaticWorkers();
      publishJars();
    }
    if (membership.self().role() == Peer.Role.NODE && settings.jobs().environment() == null) {
      actors.restoreDurable();
    }
  }

  /** The processes that stand beside this node, if there are to be any. */
  private void startStaticWorkers() {
    if (cluster != null) {
      cluster.startStaticWorkers(settings);
    }
  }

  /** The program of this process brings its jars along from now on. */
  private void publishJars() {
    var jars = settings.jobs().ship();
    if (!jars.isEmpty()) {
      var shipped = JobPackage.put(jars, objects);
      jobPackage = shipped;
      job = job(shipped.environment());
      LOG.debug("{} is in the store", jobPackage);
    }
  }

  private Job job() {
    return job;
  }

  /**
   * Who opens and closes a node.
   *
   * @param runtime what tasks and actors see as theirs; not used before the node is made
   * @param ownsSystem whether the actor system was made for the node and comes and goes with it
   * @param closeRemoved closes the runtime by {@link #closeRemoved}
   */
  public record NodeOwner(MobulaRuntime runtime, boolean ownsSystem, Runnable closeRemoved) {}

  private final class MembershipCallbacks implements ClusterMembership.NodeCallbacks {
    private final NodeOwner owner;

    MembershipCallbacks(NodeOwner owner) {
      this.owner = owner;
    }

    @Override
    public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
      return spawnNow(behavior, name);
    }

    @Override
    public void removedFromCluster() {
      Thread.ofPlatform().name("mobula-expelled").start(() -> {
        endWork();
        owner.closeRemoved().run();
      });
    }
  }

  private void endGroup(
      PlacementGroupId id, String how, Function<String, PlacementGroupException> exception) {
    tasks.end(id, exception::apply);
    actors.endGroup(id, how, exception::apply);
    if (cluster != null) {
      cluster.end(id);
    }
  }

  /** Puts a value; see {@link io.mobula.MobulaRuntime#put(Object, PutOptions)}. */
  public <T extends @Nullable Object> ObjectRef<T> put(T value, PutOptions options) {
    return ReplicatedPut.put(
        value, options, objects, cluster == null ? null : cluster.clusterObjects());
  }

  /** Whether anything here is worked on; objects are handed over when it leaves. */
  private boolean isBusy() {
    return tasks.isBusy() || actors.isBusy() || (cluster != null && cluster.isBusy());
  }

  private static void closeAside(NodeOwner owner) {
    Thread.ofPlatform().name("mobula-dismissed").start(owner.runtime()::close);
  }

  /** Refs and handles inside users' messages. */
  private final class MessageRefGateway implements AkkaMessageRefs.NodeGateway {
    private final ClusterServices cluster;

    MessageRefGateway(ClusterServices cluster) {
      this.cluster = cluster;
    }

    @Override
    public HeldRef keep(HeldRef.Holdable what) {
      return what.hold(objects);
    }

    @Override
    public void holdInTransit(HeldRef edge, FrameWriter bytes) {
      var end = cluster.clusterObjects().finishForAnyReceiver(bytes, edge::release);
      timer.after(settings.actors().transitHold(), end);
    }

    @Override
    public HeldRef enter(FrameReader in) {
      var edge = cluster.clusterObjects().importEdge(in);
      cluster.clusterObjects().acknowledgeRefsFromAnySender(in);
      return edge;
    }
  }

  private Job job(@Nullable RuntimeEnvironment environment) {
    return new Job(
        id, settings.output().toDriver(), environment, settings.jobs().weight());
  }

  private static @Nullable CheckpointDirectory checkpoints(NodeSettings settings, Codec codec) {
    var directory = settings.actors().checkpointDirectory();
    return directory == null
        ? null
        : new CheckpointDirectory(directory, settings.cluster().identity().cluster(), codec);
  }

  private static CodecOptions codecOptions(NodeSettings.CodecBounds bounds) {
    var options = CodecOptions.defaults()
        .withExternalTypes(ObjectRef.class, ActorHandle.class)
        .withBufferTypes(new BufferType<>(
            Tensor.class, TensorMemory::peek, TensorHeader::of, TensorHeader::rebuild))
        .withMaxDepth(bounds.maxDepth());
    return bounds.allowedClasses().isEmpty()
        ? options
        : options.withAllowedClasses(AllowedClasses.of(bounds.allowedClasses()));
  }

  private <T> void spawn(
      Behavior<T> behavior, String name, Props props, Consumer<ActorRef<T>> then) {
    guardian.tell(new NodeGuardian.Spawn<>(behavior, name, props, then));
  }

  /** Waits for as long as joining may take at most, unless the guardian or its system has ended. */
  private <T> ActorRef<T> spawnNow(Behavior<T> behavior, String name) {
    var spawned = new CompletableFuture<ActorRef<T>>();
    spawn(behavior, name, Props.empty(), spawned::complete);
    var limit = settings.cluster().longestJoin();
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        return spawned.get(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException later) {
        if (stopped.getCount() == 0 || system.whenTerminated().isCompleted()) {
          throw new RuntimeClosedException("The actor system " + system.name()
              + " is terminating: it does not start actor " + name + ".");
        }
        if (end - System.nanoTime() < 0) {
          throw new RuntimeClosedException("The actor system " + system.name()
              + " did not start actor " + name + " within " + limit + ".");
        }
      } catch (ExecutionException never) { // it is only ever completed with an actor
        throw new IllegalStateException(never);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RuntimeClosedException("Interrupted while starting node " + id + ".");
      }
    }
  }

  /** Names this incarnation. */
  public NodeId id() {
    return id;
  }

  /** Who else is there; nobody for a node alone. */
  public Membership membership() {
    return membership;
  }

  /** Every process of the cluster, this one first. */
  public List<NodeInfo> nodes() {
    objects.requireOpen();
    var all = new ArrayList<NodeInfo>();
    var own = answerOf(ledger.report(system));
    all.add(NodeInfoMapper.of(
        membership.self(),
        membership.statusOf(membership.self()),
        ledger.total(),
        own.available(),
        objects.usage(),
        own.devices()));
    if (cluster != null) {
      for (var peer : membership.peers()) {
        all.add(NodeInfoMapper.of(peer, membership.statusOf(peer), cluster.views()));
      }
    }
    return List.copyOf(all);
  }

  /** Asks a process of the cluster to leave it and to close. */
  public void requestLeave(NodeId node) {
    objects.requireOpen();
    var peer = membership.peer(node);
    if (peer == null) {
      throw new InvalidRequestException(
          "Wanted node " + node + " to leave: it is not in this cluster, or no longer.");
    }
    ActorRef<LeaveRequestActor.Command> desk = membership.actor(peer, LeaveRequestActor.NAME);
    desk.tell(new LeaveRequestActor.Leave(membership.self().toString()));
  }

  /** The name of its cluster. */
  public String clusterName() {
    return settings.cluster().identity().cluster();
  }

  /** Its objects. */
  public ObjectStore objects() {
    return objects;
  }

  /** Its tasks. */
  public TaskEngine tasks() {
    return tasks;
  }

  /** Its actors. */
  public ActorEngine actors() {
    return actors;
  }

  /** Its placement groups. */
  public PlacementGroupService groups() {
    return groups;
  }

  /** What all nodes offer in all. Of other nodes: asks them and waits for the answers. */
  public Resources total() {
    return cluster == null ? ledger.total() : report().total();
  }

  /** What of that is free. Asks the ledgers and waits for the answers. */
  public Resources available() {
    return report().available();
  }

  /** What waits, for resources or for arguments. Asks all nodes and waits for the answers. */
  public List<WaitingWork> waiting() {
    return report().waiting();
  }

  /** What frames are on the way between all processes. Asks them and waits for the answers. */
  public List<PeerChannelInfo> lanes() {
    return report().lanes();
  }

  /**
   * Why a ref has no value yet. Asks who knows, and waits for their answers for a second at most.
   */
  public WaitReport whyPending(ObjectRef<?> ref) {
    return waits.why(ref);
  }

  /** Everything of this process that has no outcome yet, and all threads that block. */
  public List<WaitReport> pending() {
    return waits.all();
  }

  private CompletionStage<ClusterReports.NodeReport> ownReport() {
    return ledger.report(system).thenCombine(groups.waiting(), (report, inGroups) -> {
      var all = new ArrayList<>(tasks.waiting());
      all.addAll(actors.waiting());
      if (cluster != null) {
        all.addAll(cluster.leaseSource().unschedulable());
        all.addAll(cluster.lostWorkers());
      }
      all.addAll(report.waiting());
      all.addAll(inGroups);
      return new ClusterReports.NodeReport(
          ledger.total(),
          report.available(),
          List.copyOf(all),
          cluster == null ? List.of() : cluster.lanes());
    });
  }

  private ClusterReports.NodeReport report() {
    objects.requireOpen();
    return answerOf(cluster == null ? ownReport() : cluster.reports().all());
  }

  private <T> T answerOf(CompletionStage<T> asked) {
    try {
      return asked.toCompletableFuture().get(REPORT_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException("Interrupted while asking the ledgers.");
    } catch (TimeoutException late) {
      throw new GetTimeoutException("Not all ledgers have answered within " + REPORT_LIMIT + ".");
    } catch (ExecutionException unanswered) {
      objects.requireOpen();
      throw new RuntimeClosedException(
          "The ledger of node " + id + " does not answer: " + unanswered.getCause());
    }
  }

  /** Tasks of other nodes may end, for half of the time there is. */
  private void awaitRemoteTasks(long end) {
    long half = (end - System.nanoTime()) / 2;
    try {
      tasks.drainHosted().toCompletableFuture().get(half, TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      LOG.warn(
          "Node {} leaves while tasks of other nodes run here; they will run again elsewhere.", id);
    } catch (ExecutionException impossible) {
      LOG.error("Node {} could not wait for tasks of other nodes", id, impossible);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A thread of the engine that is in System.exit never ends: it is not waited for. */
  private Duration closeLimit(@Nullable ExitCall exit) {
    var usual = settings.closeTimeout();
    boolean ours = exit != null && exit.isMadeByOneOf(THREADS);
    return ours && usual.compareTo(CLOSE_AT_EXIT) > 0 ? CLOSE_AT_EXIT : usual;
  }

  /**
   * The others have removed this node and do its work elsewhere: nothing that it has begun may have
   * an effect from now on. Accepts nothing more, fails what is pending, interrupts what runs. Does
   * not wait.
   */
  private void endWork() {
    objects.refuseMore("it was removed from its cluster");
    if (cluster != null) {
      cluster.drain();
    }
    tasks.close();
    actors.close();
    for (var pool : List.of(slots, methods, virtualThreads)) {
      pool.shutdownNow();
    }
  }

  /**
   * Ends everything after the others have removed this node: nobody is waited for, and nothing is
   * handed over. Where Mobula has started the process and a thread does not heed its interrupt, the
   * process is halted.
   *
   * @return as {@link #close}
   */
  public long closeRemoved() {
    endWork();
    guardian.tell(new NodeGuardian.Stop());
    if (!awaitThreads(System.nanoTime() + INTERRUPT_GRACE.toNanos(), List.of(slots, methods))) {
      RemovedNodeHalt.haltIfOurs(id);
    }
    if (cluster != null) {
      cluster.stopWorkers();
      cluster.closeNames();
    }
    closeEntrances();
    return endAll(settings.closeTimeout());
  }

  /**
   * Leaves the cluster, then ends everything; returns after the leave timeout and the close timeout
   * at the latest, whatever users' code does meanwhile.
   *
   * @return when that is, on the clock of {@link System#nanoTime()}
   */
  public long close() {
    long drained = System.nanoTime() + settings.cluster().leaveTimeout().toNanos();
    var exit = ExitCall.find();
    if (cluster != null) {
      cluster.drain();
      if (exit != null) {
        tasks.endForExit(exit);
      }
      cluster.stopWorkers();
      awaitRemoteTasks(drained);
      actors.leave();
    }
    objects.refuseMore("it was closed");
    closeEntrances();
    if (cluster != null && !isRemoved()) {
      cluster.evacuate(Duration.ofNanos(Math.max(0, drained - System.nanoTime())));
    }
    return endAll(closeLimit(exit));
  }

  private boolean isRemoved() {
    return membership instanceof ClusterMembership cluster && cluster.isRemoved();
  }

  private void closeEntrances() {
    if (devices != null) {
      devices.close();
    }
    AkkaMessageRefs.of(Adapter.toClassic(system)).close();
  }

  private long endAll(Duration limit) {
    waits.close();
    if (cluster != null) {
      cluster.flushOutput();
    }
    if (membership instanceof ClusterMembership cluster) {
      cluster.leave();
    }
    groups.close();
    long end = System.nanoTime() + limit.toNanos();
    tasks.close();
    actors.close();
    guardian.tell(new NodeGuardian.Stop());
    for (var pool : List.of(slots, methods, virtualThreads, callbacks)) {
      pool.shutdown();
    }
    if (cluster != null) {
      cluster.close();
    }
    endProgress();
    objects.close();
    timer.close();
    boolean ended = awaitThreads(end, List.of(slots, methods, virtualThreads, callbacks));
    actors.unregisterCheckpointUser();
    if (!ended) {
      LOG.warn(
          "Node {} closed after {} while work went on that did not heed its interrupt; its threads are left behind.",
          id,
          settings.closeTimeout());
    }
    return end;
  }

  /** Whether all actors have stopped by then and all threads of these pools have ended. */
  private boolean awaitThreads(long end, List<ExecutorService> pools) {
    try {
      boolean all = stopped.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      for (var pool : pools) {
        all &= pool.awaitTermination(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
      return all;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
