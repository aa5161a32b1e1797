package io.mobula.internal.node;

import akka.actor.typed.ActorSystem;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.PeerChannelInfo;
import io.mobula.Placement;
import io.mobula.PlacementGroupId;
import io.mobula.Resources;
import io.mobula.internal.actor.ActorCluster;
import io.mobula.internal.actor.ActorEngine;
import io.mobula.internal.actor.ElasticDispatcher;
import io.mobula.internal.actor.LocalActorNames;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.group.PlacementCapacity;
import io.mobula.internal.group.PlacementGroupService;
import io.mobula.internal.job.IdleResponder;
import io.mobula.internal.job.JobSettings;
import io.mobula.internal.job.JobWorkerPool;
import io.mobula.internal.job.StaticWorkers;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.output.OutputForwarder;
import io.mobula.internal.output.OutputPrinter;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.ClusterLeaseSource;
import io.mobula.internal.placement.ClusterResourceView;
import io.mobula.internal.placement.HybridPolicy;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.task.TaskEngine;
import io.mobula.internal.task.TaskTransport;
import io.mobula.internal.wait.WaitChainWalker;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.ActorNameDirectory;
import io.mobula.spi.ActorNameDirectoryFactory;
import io.mobula.spi.ActorSpawner;
import io.mobula.spi.DelayTimer;
import io.mobula.spi.ObjectDirectoryFactory;
import io.mobula.spi.ObjectTransferFactory;
import io.mobula.spi.PlacementPolicy;
import io.mobula.spi.TransferSettings;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services that a node has only in a cluster: peer channels, shared objects, leases on other nodes.
 */
final class ClusterServices {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterServices.class);
  private static final Duration LAST_FRAMES = Duration.ofSeconds(1);

  private final Membership membership;
  private final PlacementGroupService groups;
  private final PeerTransport peerTransport;
  private final ClusterObjects clusterObjects;
  private final LeaseGranter granter;
  private final ClusterLeaseSource leaseSource;
  private final ClusterReports reports;
  private final ClusterResourceView views;
  private final PlacementPolicy policy;
  private final ObjectStore objects;
  private final SharedStore memory;
  private final OutputForwarder forwarder;
  private final OutputPrinter printer;
  private final PeerWaitQueries waits;
  private volatile @Nullable TaskTransport taskTransport;
  private volatile @Nullable ActorCluster actorCluster;
  private @Nullable JobWorkerPool workerPool;
  private @Nullable ActorNameDirectory names;
  private volatile @Nullable StaticWorkers workers;

  ClusterServices(
      Membership membership,
      LedgerClient ledger,
      ObjectStore objects,
      SharedStore memory,
      NodeSettings settings,
      Supplier<CompletionStage<ClusterReports.NodeReport>> ownReport,
      PlacementGroupService groups,
      DelayTimer timer) {
    this.membership = membership;
    this.groups = groups;
    this.objects = objects;
    this.memory = memory;
    this.views = new ClusterResourceView(membership, ledger, objects::usage);
    this.policy = load(PlacementPolicy.class).orElseGet(HybridPolicy::new);
    this.peerTransport = new PeerTransport(membership);
    objects.setSpinWait(peerTransport.spinWait());
    this.clusterObjects =
        new ClusterObjects(objects, memory, peerTransport, settings.limits().inlineLimit(), timer);
    this.granter = new LeaseGranter(ledger, peerTransport, this::findRedirect, groups);
    this.reports = new ClusterReports(peerTransport, ownReport);
    this.waits = new PeerWaitQueries(peerTransport, this::pendingHere);
    this.forwarder = new OutputForwarder(peerTransport, settings.output(), timer);
    this.printer = new OutputPrinter(peerTransport);
    this.leaseSource = new ClusterLeaseSource(
        ledger,
        peerTransport,
        granter,
        new ClusterLeaseSource.PlacementRules(
            this::choose, views::queued, groups, settings.unschedulableTimeout(), timer));
  }

  private ClusterLeaseSource.PlacementDecision choose(ClusterLeaseRequester requester, long turn) {
    if (requester.placement() instanceof Placement.Group group) {
      return groups.choose(group, requester.wanted());
    }
    return choose(requester.wanted(), requester.placement(), requester.argumentBytes(), turn);
  }

  private ClusterLeaseSource.PlacementDecision choose(
      Resources wanted, Placement placement, Map<NodeId, Long> argumentBytes, long turn) {
    var self = membership.self().id();
    var placementRequest =
        new PlacementPolicy.PlacementRequest(wanted, placement, self, argumentBytes, turn);
    var random = ThreadLocalRandom.current();
    var up = views.now();
    var choice = policy.choose(placementRequest, up, random);
    return switch (Objects.requireNonNull(choice, "the placement policy has given null")) {
      case PlacementPolicy.Choice.LeaseAt(var node) ->
        new ClusterLeaseSource.PlacementDecision.AtNode(node);
      case PlacementPolicy.Choice.QueueAt(var where, var why) ->
        new ClusterLeaseSource.PlacementDecision.Later(where, why);
      case PlacementPolicy.Choice.Infeasible(var why) ->
        views.absent().choose(policy, placementRequest, up, random, why);
    };
  }

  /** Returns another node that seems to have these resources free, or null. */
  private @Nullable NodeId findRedirect(Resources wanted) {
    try {
      return choose(wanted, Placement.anywhere(), Map.of(), 0)
                  instanceof ClusterLeaseSource.PlacementDecision.AtNode(var node)
              && !node.equals(membership.self().id())
          ? node
          : null;
    } catch (Throwable thrown) { // the request then waits here
      LOG.warn(
          "The placement policy has thrown; {} is asked for here",
          wanted,
          CapturedThrowable.of(thrown).exception());
      return null;
    }
  }

  /**
   * Opens the pool of worker processes for work that needs jars, or answers the node if this
   * process is such a worker.
   */
  void openWorkers(
      ObjectStore objects, JobSettings jobs, DelayTimer timer, BooleanSupplier isBusy) {
    if (jobs.environment() != null) {
      drain(); // the node grants what runs in this worker
      IdleResponder.register(peerTransport, isBusy);
    } else if (membership.self().role() != Peer.Role.DRIVER) {
      workerPool = new JobWorkerPool(peerTransport, clusterObjects, objects, memory, jobs, timer);
      granter.workers(workerPool);
    }
  }

  /** Returns whether work of other nodes has a lease here. */
  boolean isBusy() {
    return !granter.hasNoDelegatedLeases();
  }

  /** Starts to exchange frames; called when everything is wired. */
  void open(ActorSystem<?> system, NodeSettings settings, ActorSpawner spawner, DelayTimer timer) {
    load(ObjectTransferFactory.class)
        .ifPresent(factory ->
            clusterObjects.useTransfer(source -> factory.start(new TransferSettings(
                source,
                carrier(system, settings, spawner),
                TransferSettings.TransferLimits.DEFAULT))));
    load(ObjectDirectoryFactory.class)
        .ifPresentOrElse(
            factory -> clusterObjects.useDirectory(factory.open(new ObjectDirectoryFactory.Setup(
                system,
                new ClusterPeersAdapter(membership),
                spawner,
                timer,
                clusterObjects,
                system.settings().config()))),
            () -> LOG.warn(
                "mobula-cluster-sharding-store is not on the class path: objects that leave this node are not counted, so they stay until it closes."));
    if (settings.rings() && !settings.shareHost().equals(Peer.StoreLocation.NO_GROUP)) {
      peerTransport.open(spawner, memory, objects::runFileWork);
    } else {
      peerTransport.open(spawner);
    }
    ElasticDispatcher.setSpinWait(system, peerTransport.spinWait());
    groups.open(spawner, this::room, settings.unschedulableTimeout());
    groups.onChange(leaseSource::rescanQueue);
    views.onChange(groups::viewChanged);
    views.onChange(leaseSource::rescanQueue);
    views.open(spawner);
  }

  private PlacementCapacity room() {
    return new PlacementCapacity(views.now().nodes(), views.absent().starting());
  }

  private static <T> Optional<T> load(Class<T> port) {
    return ServiceLoader.load(port, ClusterServices.class.getClassLoader()).findFirst();
  }

  /**
   * Returns the transport of objects between hosts: Akka's connections if TLS is configured, else
   * Aeron, which is clear text, with Akka's connections as the fallback.
   */
  private TransferSettings.Transport carrier(
      ActorSystem<?> system, NodeSettings settings, ActorSpawner spawner) {
    var security = settings.cluster().security();
    var host = settings.cluster().binding().host();
    var artery = new TransferSettings.ArteryTransport(system, spawner);
    return security.tls() == null
        ? new TransferSettings.AeronWithFallback(
            TransferSettings.AeronTransport.at(host, memory.directory().resolve("transfer")),
            artery)
        : artery;
  }

  /** Ends the leases that other nodes were granted out of a placement group that has ended. */
  void end(PlacementGroupId group) {
    granter.endGroup(group);
  }

  /** Stops granting leases to other nodes, and tells them so. */
  void drain() {
    granter.drain();
    views.drain();
  }

  /** Starts the static workers beside this node, and waits until all are up. */
  void startStaticWorkers(NodeSettings settings) {
    var jobs = settings.jobs();
    if (jobs.staticWorkers().count() == 0) {
      return;
    }
    var limit = jobs.workerSettings().startTimeout();
    var hired = StaticWorkers.start(
        jobs.staticWorkers(),
        new StaticWorkers.NodeParameters(
            membership.self(),
            memory,
            jobs.overrides(),
            limit,
            settings.cluster().leaveTimeout().dividedBy(2)),
        views::markStale);
    workers = hired;
    views.setAbsentSource(hired::absent);
    hired.awaitUp(ChildJvm.maxStartTime(limit));
  }

  /** Returns workers that could not be kept running. */
  List<WaitingWork> lostWorkers() {
    var hired = workers;
    return hired == null ? List.of() : hired.abandoned();
  }

  /** Stops the workers beside this node; they hand over the objects that only they have. */
  void stopWorkers() {
    var hired = workers;
    if (hired != null) {
      hired.close();
    }
  }

  /**
   * Evacuates this node: the others copy objects that only this node has, and take over what it
   * hosted of the directory and of the actors' names.
   */
  void evacuate(Duration limit) {
    clusterObjects.leave(limit);
    closeNames();
  }

  /** Stops keeping names of actors. */
  void closeNames() {
    if (names != null) {
      names.close();
    }
  }

  /** Returns the resource view of the cluster. */
  ClusterResourceView views() {
    return views;
  }

  Membership membership() {
    return membership;
  }

  /** Returns the traffic that is on its way from this node. */
  List<PeerChannelInfo> lanes() {
    return peerTransport.traffic();
  }

  ClusterReports reports() {
    return reports;
  }

  ClusterLeaseSource leaseSource() {
    return leaseSource;
  }

  ClusterObjects clusterObjects() {
    return clusterObjects;
  }

  /**
   * Stops the worker processes and flushes output: lines printed here reach their jobs, and lines
   * of this process's jobs are printed.
   */
  void flushOutput() {
    if (workerPool != null) {
      workerPool.close();
    }
    forwarder.close();
    printer.close();
    peerTransport.awaitDrained(LAST_FRAMES);
  }

  /** Releases everything that belongs to other processes. */
  void close() {
    clusterObjects.close();
    peerTransport.close();
  }

  TaskTransport connect(TaskEngine tasks) {
    var wire = new TaskTransport(tasks, clusterObjects, peerTransport, granter);
    taskTransport = wire;
    return wire;
  }

  /** Returns the queries to other processes that have no answer yet. */
  Iterator<WaitPoint> openQuestions() {
    return peerTransport.openRequests();
  }

  /** Returns the queries that ask other processes why work waits. */
  WaitChainWalker.PeerQueries waits() {
    return waits;
  }

  /**
   * Returns what work here waits for that another process waits for; null if the work is not here,
   * or done.
   */
  private @Nullable WaitPoint pendingHere(NodeId asker, WaitStep.Work work) {
    var id = work.id();
    if (work.kind() == WaitStep.Work.Kind.LEASE) {
      return granter.pendingHere(asker, id.task());
    }
    var tasks = taskTransport;
    var actors = actorCluster;
    var task = tasks == null ? null : tasks.pendingHere(id);
    var call = task != null || actors == null ? null : actors.pendingHere(asker, id);
    return task != null ? task : call != null ? call : clusterObjects.pendingHere(id);
  }

  /**
   * Opens the names of actors, which are unique in the cluster if the module for that is present.
   */
  ActorNameDirectory names(ActorSystem<?> system, ActorSpawner spawner) {
    var config = system.settings().config();
    var opened = load(ActorNameDirectoryFactory.class)
        .map(factory -> factory.open(new ActorNameDirectoryFactory.Setup(
            system, new ClusterPeersAdapter(membership), spawner, config)))
        .orElseGet(LocalActorNames::new);
    names = opened;
    return opened;
  }

  ActorCluster connect(ActorEngine actors, NodeSettings settings) {
    var wire = new ActorCluster(
        actors,
        new ActorCluster.Dependencies(clusterObjects, peerTransport, granter),
        settings.actors().handleGrace(),
        settings.tasks().submitTimeout());
    actorCluster = wire;
    return wire;
  }
}
