package io.mobula.internal.node;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.job.JobWorkerPool;
import io.mobula.internal.job.StaticWorkers;
import io.mobula.internal.process.ChildJvm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Worker processes that a node starts on its host: static ones as the settings say, and a pool for
 * jobs that bring jars along. Thread-safe.
 */
final class WorkerProcesses {
  private final LocalParts local;
  private final ClusterParts cluster;
  private final @Nullable JobWorkerPool pool;
  private volatile @Nullable StaticWorkers staticWorkers;

  private WorkerProcesses(LocalParts local, ClusterParts cluster, @Nullable JobWorkerPool pool) {
    this.local = local;
    this.cluster = cluster;
    this.pool = pool;
  }

  /** Opens the pool, unless this process is a worker or a driver; starts no process yet. */
  static WorkerProcesses open(LocalParts local, ClusterParts cluster) {
    var jobs = local.settings().jobs();
    if (jobs.environment() != null || local.membership().self().role() == Peer.Role.DRIVER) {
      return new WorkerProcesses(local, cluster, null);
    }
    var pool = new JobWorkerPool(
        cluster.transport(),
        cluster.objects(),
        local.objects(),
        local.memory(),
        jobs,
        local.timer());
    cluster.granter().workers(pool);
    return new WorkerProcesses(local, cluster, pool);
  }

  /** Starts the static workers beside this node, and waits until all are up. */
  void startStatic() {
    var jobs = local.settings().jobs();
    if (jobs.staticWorkers().count() == 0) {
      return;
    }
    var timeout = jobs.workerSettings().startTimeout();
    var started = StaticWorkers.start(
        jobs.staticWorkers(),
        new StaticWorkers.NodeParameters(
            local.membership().self(),
            local.memory(),
            jobs.overrides(),
            timeout,
            local.settings().cluster().leaveTimeout().dividedBy(2)),
        cluster.views()::markStale);
    staticWorkers = started;
    cluster.views().setAbsentSource(started::absent);
    started.awaitUp(ChildJvm.maxStartTime(timeout));
  }

  /** Returns static workers that could not be kept running. */
  List<WaitingWork> abandoned() {
    var started = staticWorkers;
    return started == null ? List.of() : started.abandoned();
  }

  /** Stops the static workers; they hand over the objects that only they have. */
  void stopStatic() {
    var started = staticWorkers;
    if (started != null) {
      started.close();
    }
  }

  /** Stops the workers of the pool. */
  void closePool() {
    if (pool != null) {
      pool.close();
    }
  }
}
