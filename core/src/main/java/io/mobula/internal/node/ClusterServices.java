package io.mobula.internal.node;

import akka.actor.typed.javadsl.Adapter;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import io.mobula.internal.actor.ActorCluster;
import io.mobula.internal.actor.ElasticDispatcher;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.group.PlacementCapacity;
import io.mobula.internal.job.IdleResponder;
import io.mobula.internal.output.OutputForwarder;
import io.mobula.internal.output.OutputPrinter;
import io.mobula.internal.task.TaskTransport;
import io.mobula.internal.wait.WaitChainWalker;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.ObjectDirectoryFactory;
import io.mobula.spi.ObjectTransferFactory;
import io.mobula.spi.TransferSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services of a node in a cluster: its engines are connected with those of other nodes, and its
 * work, objects and names move to them when it leaves.
 */
final class ClusterServices implements NodeServices {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterServices.class);
  private static final Duration LAST_FRAMES = Duration.ofSeconds(1);

  private final LocalParts local;
  private final ClusterParts cluster;
  private final WorkEngines engines;
  private final WorkerProcesses workers;
  private final ClusterReports reports;
  private final PeerWaitQueries waits;
  private final OutputForwarder forwarder;
  private final OutputPrinter printer;

  private ClusterServices(
      LocalParts local,
      ClusterParts cluster,
      WorkEngines engines,
      WorkerProcesses workers,
      PeerWaitQueries waits) {
    this.local = local;
    this.cluster = cluster;
    this.engines = engines;
    this.workers = workers;
    this.waits = waits;
    var transport = cluster.transport();
    var own = new LocalReport(local, engines, () -> unplaced(cluster, workers), transport::traffic);
    this.reports = new ClusterReports(transport, own);
    this.forwarder = new OutputForwarder(transport, local.settings().output(), local.timer());
    this.printer = new OutputPrinter(transport);
  }

  /** Connects the engines with those of other nodes, and starts to exchange frames. */
  static ClusterServices open(LocalParts local, ClusterParts cluster, WorkEngines engines) {
    var transport = cluster.transport();
    var tasks =
        TaskTransport.start(engines.tasks(), cluster.objects(), transport, cluster.granter());
    engines.tasks().connect(tasks);
    var actors = ActorCluster.start(
        engines.actors(),
        new ActorCluster.Dependencies(cluster.objects(), transport, cluster.granter()),
        local.settings().actors().handleGrace(),
        local.settings().tasks().submitTimeout());
    var waits = new PeerWaitQueries(
        transport, (asker, work) -> pendingHere(cluster, tasks, actors, asker, work));
    var workers = WorkerProcesses.open(local, cluster);
    var services = new ClusterServices(local, cluster, engines, workers, waits);
    if (local.settings().jobs().environment() != null) {
      services.refuseLeases(); // the node grants what runs in this worker
      IdleResponder.register(
          transport, () -> engines.areBusy() || !cluster.granter().hasNoDelegatedLeases());
    }
    services.openTransport();
    return services;
  }

  /** Returns what waits at no ledger: unschedulable requests, and workers that cannot be kept. */
  private static List<WaitingWork> unplaced(ClusterParts cluster, WorkerProcesses workers) {
    var all = new ArrayList<>(cluster.leaseSource().unschedulable());
    all.addAll(workers.abandoned());
    return all;
  }

  /**
   * Returns what work here waits for that another process waits for; null if the work is not here,
   * or done.
   */
  private static @Nullable WaitPoint pendingHere(
      ClusterParts cluster,
      TaskTransport tasks,
      ActorCluster actors,
      NodeId asker,
      WaitStep.Work work) {
    var id = work.id();
    if (work.kind() == WaitStep.Work.Kind.LEASE) {
      return cluster.granter().pendingHere(asker, id.task());
    }
    var task = tasks.pendingHere(id);
    var call = task == null ? actors.pendingHere(asker, id) : null;
    return task != null ? task : call != null ? call : cluster.objects().pendingHere(id);
  }

  /** Starts to exchange frames; called when everything is wired. */
  private void openTransport() {
    openStore();
    var settings = local.settings();
    var spawner = local.spawner();
    var transport = cluster.transport();
    if (settings.rings() && !settings.shareHost().equals(Peer.StoreLocation.NO_GROUP)) {
      transport.open(spawner, local.memory(), local.objects().threads()::runFileWork);
    } else {
      transport.open(spawner);
    }
    ElasticDispatcher.setSpinWait(local.system(), transport.spinWait());
    var views = cluster.views();
    var groups = local.groups();
    groups.work((group, how, exception) -> {
      engines.endGroup(group, how, exception);
      cluster.granter().endGroup(group);
    });
    groups.openInCluster(
        spawner,
        () -> new PlacementCapacity(views.now().nodes(), views.absent().starting()),
        settings.unschedulableTimeout());
    groups.onChange(cluster.leaseSource()::rescanQueue);
    views.onChange(groups::viewChanged);
    views.onChange(cluster.leaseSource()::rescanQueue);
    views.open(spawner);
    AkkaMessageRefs.of(Adapter.toClassic(local.system()))
        .open(new MessageRefGateway(
            local.objects(), cluster.objects(), local.timer(), settings.actors().transitHold()));
    spawner.spawn(LeaveRequestActor.create(this::closeAside), LeaveRequestActor.NAME);
  }

  /** Opens the transfer of objects between hosts and their directory, if the module is present. */
  private void openStore() {
    var objects = cluster.objects();
    ClusterParts.load(ObjectTransferFactory.class)
        .ifPresent(factory -> objects.useTransfer(source -> factory.start(
            new TransferSettings(source, carrier(), TransferSettings.TransferLimits.DEFAULT))));
    ClusterParts.load(ObjectDirectoryFactory.class)
        .ifPresentOrElse(
            factory -> objects.useDirectory(factory.open(new ObjectDirectoryFactory.Setup(
                local.system(),
                new ClusterPeersAdapter(local.membership()),
                local.spawner(),
                local.timer(),
                objects.directoryListener(),
                local.system().settings().config()))),
            () -> LOG.warn(
                "mobula-cluster-sharding-store is not on the class path: objects that leave this node are not counted, so they stay until it closes."));
  }

  /**
   * Returns the transport of objects between hosts: Akka's connections if TLS is configured, else
   * Aeron, which is clear text, with Akka's connections as the fallback.
   */
  private TransferSettings.Transport carrier() {
    var settings = local.settings().cluster();
    var artery = new TransferSettings.ArteryTransport(local.system(), local.spawner());
    return settings.security().tls() == null
        ? new TransferSettings.AeronWithFallback(
            TransferSettings.AeronTransport.at(
                settings.binding().host(), local.memory().directory().resolve("transfer")),
            artery)
        : artery;
  }

  private void closeAside() {
    Thread.ofPlatform().name("mobula-leave").start(local.runtime()::close);
  }

  @Override
  public void join() {
    cluster.membership().join();
  }

  @Override
  public void afterJoin() {
    workers.startStatic();
    local.job().publishJars(local.objects());
  }

  @Override
  public List<NodeInfo> peers() {
    var membership = cluster.membership();
    return membership.peers().stream()
        .map(peer -> NodeInfoMapper.of(peer, membership.statusOf(peer), cluster.views()))
        .toList();
  }

  @Override
  public boolean hasRemoteResources() {
    return true;
  }

  @Override
  public CompletionStage<NodeReport> reports() {
    return reports.all();
  }

  @Override
  public Iterator<WaitPoint> openRequests() {
    return cluster.transport().openRequests();
  }

  @Override
  public WaitChainWalker.PeerQueries waitQueries() {
    return waits;
  }

  @Override
  public void refuseLeases() {
    cluster.granter().drain();
    cluster.views().drain();
  }

  @Override
  public void endRemoteWork(@Nullable ExitCall exit, long deadline) {
    refuseLeases();
    if (exit != null) {
      engines.tasks().endForExit(exit);
    }
    workers.stopStatic();
    awaitRemoteTasks(deadline);
    engines.actors().leave();
  }

  private void awaitRemoteTasks(long deadline) {
    long half = (deadline - System.nanoTime()) / 2;
    var node = local.objects().node();
    try {
      engines.tasks().drainHosted().toCompletableFuture().get(half, TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      LOG.warn(
          "Node {} leaves while tasks of other nodes run here; they will run again elsewhere.",
          node);
    } catch (ExecutionException impossible) {
      LOG.error("Node {} could not wait for tasks of other nodes", node, impossible);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Hands over: the others copy objects that only this node has, and take over what it hosted of
   * the directory and of the actors' names.
   */
  @Override
  public void handOver(long deadline) {
    if (!cluster.membership().isRemoved()) {
      cluster.objects().leave(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      cluster.names().close();
    }
  }

  @Override
  public void abandon() {
    workers.stopStatic();
    cluster.names().close();
  }

  /**
   * Flushes output and leaves: lines printed here reach their jobs, and lines of this process's
   * jobs are printed.
   */
  @Override
  public void leave() {
    workers.closePool();
    forwarder.close();
    printer.close();
    cluster.transport().awaitDrained(LAST_FRAMES);
    cluster.membership().leave();
  }

  @Override
  public void close() {
    cluster.objects().close();
    cluster.transport().close();
    cluster.progress().close();
  }
}
