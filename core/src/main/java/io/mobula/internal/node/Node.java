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
import io.mobula.internal.call.CallBinder;
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
 * One node in an actor system: ledger, store, tasks and actors, opened and closed together.
 * Thread-safe.
 */
public final class Node {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
  private static final Duration REPORT_LIMIT = Duration.ofSeconds(10);
  private static final int CALLBACK_THREADS = 64;

  /**
   * Time limit of a close in a JVM that exits because work of this node has called
   * {@code System.exit}.
   */
  private static final Duration CLOSE_AT_EXIT = Duration.ofMillis(500);

  /** Prefixes of the names of threads that run users' code. */
  private static final List<String> THREADS =
      List.of("mobula-task", "mobula-actor", "mobula-mobula.actors", "mobula-callback");

  /** Time that the threads of a removed node have to end after their interrupt. */
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
    var binder = new CallBinder(objects, codec, settings.limits().inlineLimit());
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
      objects.setSpinWait(spinWait);
      ElasticDispatcher.setSpinWait(system, spinWait);
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

  /**
   * Returns the factory of slot threads. Each slot has a thread group, which identifies the threads
   * that its tasks start.
   */
  private static ThreadFactory slotThreads() {
    var all = Thread.currentThread().getThreadGroup();
    var numbers = new AtomicLong();
    return work -> {
      var name = "mobula-task-" + numbers.incrementAndGet();
      return Thread.ofPlatform()
          .daemon()
          .group(new ThreadGroup(all, name))
          .name(name)
          .unstarted(work);
    };
  }

  /**
   * Starts a node in an existing actor system. The node takes ownership of the memory.
   *
   * @param owner opens and closes the node
   */
  public static Node start(
      NodeId id,
      ActorSystem<?> system,
      NodeSettings settings,
      SharedStore memory,
      NodeOwner owner) {
    return new Node(id, system, settings, memory, owner);
  }

  /** Returns the location and sharing group of that memory, for other processes. */
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
   * Joins the cluster if the settings say so; returns when the other nodes are known.
   *
   * @throws io.mobula.error.ClusterException when it is refused; the node must then be closed
   */
  public void join() {
    actors.registerCheckpointUser();
    if (membership instanceof ClusterMembership cluster) {
      cluster.join();
    }
    if (membership.peers().isEmpty()) { // else another member may own the files
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

  /** Starts the static workers beside this node, if there are to be any. */
  private void startStaticWorkers() {
    if (cluster != null) {
      cluster.startStaticWorkers(settings);
    }
  }

  /** Publishes the jars of this process's job, which brings them along from now on. */
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
   * Owner that opens and closes a node.
   *
   * @param runtime the runtime that tasks and actors see; not used before the node is made
   * @param ownsSystem whether the actor system was made for the node and ends with it
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
      Thread.ofPlatform().name("mobula-removed").start(() -> {
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

  /**
   * Returns whether any work runs here. Objects do not count; they are handed over when the process
   * leaves.
   */
  private boolean isBusy() {
    return tasks.isBusy() || actors.isBusy() || (cluster != null && cluster.isBusy());
  }

  private static void closeAside(NodeOwner owner) {
    Thread.ofPlatform().name("mobula-leave").start(owner.runtime()::close);
  }

  /** Gateway of refs and handles inside users' Akka messages. */
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

  /**
   * Starts an actor and waits for it: for as long as joining may take, unless the guardian or its
   * system has ended.
   */
  private <T> ActorRef<T> spawnNow(Behavior<T> behavior, String name) {
    var spawned = new CompletableFuture<ActorRef<T>>();
    spawn(behavior, name, Props.empty(), spawned::complete);
    var limit = settings.cluster().maxJoinTime();
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
      } catch (ExecutionException never) { // the future is never completed exceptionally
        throw new IllegalStateException(never);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RuntimeClosedException("Interrupted while starting node " + id + ".");
      }
    }
  }

  /** Returns the id of this incarnation. */
  public NodeId id() {
    return id;
  }

  /** Returns the membership; without a cluster it has no peers. */
  public Membership membership() {
    return membership;
  }

  /** Describes every process of the cluster, this one first. */
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
    ActorRef<LeaveRequestActor.Command> granter = membership.actor(peer, LeaveRequestActor.NAME);
    granter.tell(new LeaveRequestActor.Leave(membership.self().toString()));
  }

  /** Returns the name of the cluster. */
  public String clusterName() {
    return settings.cluster().identity().cluster();
  }

  /** Returns the store of objects. */
  public ObjectStore objects() {
    return objects;
  }

  /** Returns the task engine. */
  public TaskEngine tasks() {
    return tasks;
  }

  /** Returns the actor engine. */
  public ActorEngine actors() {
    return actors;
  }

  /** Returns the service for placement groups. */
  public PlacementGroupService groups() {
    return groups;
  }

  /**
   * Returns the total resources of all nodes. In a cluster it asks them and waits for the answers.
   */
  public Resources total() {
    return cluster == null ? ledger.total() : report().total();
  }

  /** Returns the free resources of all nodes. Asks the ledgers and waits for the answers. */
  public Resources available() {
    return report().available();
  }

  /** Returns what waits for resources or arguments. Asks all nodes and waits for the answers. */
  public List<WaitingWork> waiting() {
    return report().waiting();
  }

  /** Returns the traffic between all processes. Asks them and waits for the answers. */
  public List<PeerChannelInfo> lanes() {
    return report().lanes();
  }

  /**
   * Explains why a ref has no value yet. Asks the processes that know, and waits for their answers
   * for a second at most.
   */
  public WaitReport whyPending(ObjectRef<?> ref) {
    return waits.why(ref);
  }

  /** Returns everything of this process that has no outcome yet, and all threads that block. */
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

  /** Lets tasks of other nodes end, for half of the time left. */
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

  /**
   * Returns the close timeout. It is short if a thread of the engine has called
   * {@code System.exit}, since such a thread never ends.
   */
  private Duration closeLimit(@Nullable ExitCall exit) {
    var usual = settings.closeTimeout();
    boolean ours = exit != null && exit.isMadeByOneOf(THREADS);
    return ours && usual.compareTo(CLOSE_AT_EXIT) > 0 ? CLOSE_AT_EXIT : usual;
  }

  /**
   * Ends all work after the others have removed this node. They do its work elsewhere, so nothing
   * that it has begun may have an effect from now on. Accepts nothing more, fails what is pending
   * and interrupts what runs, without waiting.
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
   * Closes the node after the others have removed it, without waiting for other nodes and without
   * handing anything over. If Mobula has started the process and a thread does not react to its
   * interrupt, the process is halted.
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
   * Leaves the cluster and closes the node; returns after the leave timeout and the close timeout
   * at the latest, whatever users' code does.
   *
   * @return the deadline of the close, by {@link System#nanoTime()}
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

  /**
   * Waits for all actors to stop and all threads of these pools to end; returns whether they have.
   */
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
