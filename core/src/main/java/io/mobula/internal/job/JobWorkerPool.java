package io.mobula.internal.job;

import io.mobula.Mobula;
import io.mobula.NodeId;
import io.mobula.Settings;
import io.mobula.error.MobulaException;
import io.mobula.error.ProcessException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.ElasticPool;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.WorkerMain;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.DelayTimer;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pool of a node's worker processes for jobs that ship jars. Each environment has one worker, or
 * one per set of accelerators, which are all that the worker sees. A worker is started for the
 * first lease, and ended when it has been idle for a while, or with the node. Safe for all threads;
 * processes are started on the pool's own threads.
 */
public final class JobWorkerPool implements LeaseGranter.WorkerProvider, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JobWorkerPool.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
  private static final int STARTS_AT_ONCE = 4;

  private final Membership membership;
  private final NodeMessaging messaging;
  private final JobSettings settings;
  private final SharedStore memory;
  private final JarCache jars;
  private final DelayTimer timer;
  private final ExecutorService threads = ElasticPool.create("mobula-job-worker", STARTS_AT_ONCE);
  private final Map<WorkerKey, JobWorker> workers = new HashMap<>();
  private boolean closed;

  /**
   * Key of a worker in the pool.
   *
   * @param jars the hash of its environment
   * @param devices its {@code CUDA_VISIBLE_DEVICES}; empty if that is not set
   */
  private record WorkerKey(String jars, String devices) {}

  /** Worker process of one environment; its mutable fields are guarded by the pool's monitor. */
  private static final class JobWorker {
    final WorkerKey key;
    final RuntimeEnvironment environment;
    final CompletableFuture<NodeId> up = new CompletableFuture<>();

    @Nullable
    ChildJvm child;

    int uses;
    long acquisitions;
    long idleSince = System.nanoTime();

    JobWorker(WorkerKey key, RuntimeEnvironment environment) {
      this.key = key;
      this.environment = environment;
    }

    boolean isAt(NodeId node) {
      return up.isDone() && !up.isCompletedExceptionally() && up.join().equals(node);
    }
  }

  /** Creates a pool that has started no worker yet. */
  public JobWorkerPool(
      NodeMessaging messaging,
      ClusterObjects clusterObjects,
      ObjectStore store,
      SharedStore memory,
      JobSettings settings,
      DelayTimer timer) {
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.settings = settings;
    this.memory = memory;
    this.jars = new JarCache(clusterObjects, store, settings.cache());
    this.timer = timer;
    messaging.on(FrameKind.IDLE_REPLY, this::onIdle);
    membership.subscribe(new Membership.Listener() {
      @Override
      public void left(Peer peer, String how) {
        onLeft(peer.id());
      }
    });
  }

  // ---- leases

  @Override
  public synchronized CompletionStage<NodeId> acquire(
      RuntimeEnvironment environment, String devices) {
    if (closed) {
      return CompletableFuture.failedFuture(new RuntimeClosedException("This node is closing."));
    }
    var key = new WorkerKey(environment.hash(), devices);
    var worker = workers.get(key);
    if (worker == null) {
      worker = new JobWorker(key, environment);
      workers.put(key, worker);
      start(worker);
    }
    worker.uses++;
    worker.acquisitions++;
    return worker.up;
  }

  @Override
  public synchronized void release(RuntimeEnvironment environment, String devices) {
    var worker = workers.get(new WorkerKey(environment.hash(), devices));
    if (worker != null && worker.uses > 0) {
      worker.uses--;
      worker.idleSince = System.nanoTime();
    }
  }

  private void start(JobWorker worker) {
    try {
      threads.execute(() -> {
        try {
          worker.up.complete(startProcess(worker));
          scheduleIdleCheck(worker);
        } catch (IOException | MobulaException e) {
          failed(worker, e);
        } catch (RuntimeException | Error e) {
          LOG.error("Starting a worker process failed", e);
          failed(worker, e);
        }
      });
    } catch (RejectedExecutionException closing) {
      failed(worker, closing);
    }
  }

  private void failed(JobWorker worker, Throwable why) {
    forget(worker);
    boolean closing =
        why instanceof RuntimeClosedException || why instanceof RejectedExecutionException;
    worker.up.completeExceptionally(
        closing ? new RuntimeClosedException("This node is closing.") : cannotStart(worker, why));
  }

  private ProcessException cannotStart(JobWorker worker, Throwable why) {
    return new ProcessException(
        "A worker process for jars " + brief(worker) + " cannot be started on " + membership.self()
            + ": " + why.getMessage(),
        why);
  }

  private static String brief(JobWorker worker) {
    return worker.environment.hash().substring(0, 12);
  }

  private NodeId startProcess(JobWorker worker) throws IOException {
    var timeout = settings.workerSettings().startTimeout();
    var files = jars.files(worker.environment, timeout);
    var name = "worker " + brief(worker);
    var plan = WorkerMain.plan(name)
        .withoutUserClasses()
        .classPath(files)
        .flags(settings.workerSettings().flags());
    if (!worker.key.devices().isEmpty()) {
      plan = plan.environment(StaticWorkers.VISIBLE_DEVICES, worker.key.devices());
    }
    var child = ChildJvm.start(plan, output(name));
    if (!accept(worker, child)) {
      child.kill();
      throw new RuntimeClosedException("This node is closing.");
    }
    var _ = child.ended().thenAccept(code -> ended(worker, child, code));
    child.sendLine(WorkerMain.settingsLine(workerSettings(worker.environment)));
    var ready = child.awaitReady(timeout);
    if (membership.peer(ready.node()) == null) {
      child.kill();
      throw new ProcessException(child + " says that it is up, and is no member of the cluster");
    }
    LOG.info("{} is up: node {}, with {} jars", child, ready.node(), files.size());
    return ready.node();
  }

  private synchronized boolean accept(JobWorker worker, ChildJvm child) {
    worker.child = child;
    return !closed;
  }

  private static ChildJvm.OutputConsumer output(String name) {
    return (stream, text) -> {
      switch (stream) {
        case OUT -> LOG.info("{}: {}", name, text);
        case ERR -> LOG.warn("{}: {}", name, text);
      }
    };
  }

  private Settings workerSettings(RuntimeEnvironment environment) {
    var told = Mobula.settings();
    for (var entry : settings.overrides().entrySet()) {
      told = told.set(entry.getKey(), entry.getValue());
    }
    var list = environment.jarList();
    return told.join(membership.self().address())
        .set("mobula.cluster.role", "worker")
        .set(JobSettings.PARENT_STORE_KEY, memory.directory().toString())
        .set(
            "mobula.jobs.environment",
            environment.hash() + " " + list.node() + " " + list.task() + " " + list.index());
  }

  // ---- the end of workers

  private void ended(JobWorker worker, ChildJvm child, int code) {
    memory.removeStaleStores();
    if (forget(worker)) {
      LOG.warn("{} has ended with exit code {}; the next lease starts another", child, code);
    }
  }

  /**
   * Kills a worker that was removed from the cluster: it is useless even if its process goes on.
   */
  private void onLeft(NodeId node) {
    ChildJvm removed = null;
    synchronized (this) {
      var found = workers.values().stream().filter(worker -> worker.isAt(node)).findFirst();
      if (found.isPresent() && forget(found.get())) {
        removed = found.get().child;
      }
    }
    if (removed != null) {
      LOG.warn("{} is no member of the cluster any more; the next lease starts another", removed);
      kill(removed);
    }
  }

  private void kill(ChildJvm child) {
    try {
      threads.execute(child::kill);
    } catch (RejectedExecutionException closing) {
      child.askToEnd(); // the child also ends with this JVM
    }
  }

  private synchronized boolean forget(JobWorker worker) {
    return workers.remove(worker.key, worker);
  }

  /** Asks a worker periodically whether it is idle, while it has no lease. */
  private void scheduleIdleCheck(JobWorker worker) {
    var _ = timer.after(settings.workerSettings().idleTimeout(), () -> {
      long employed;
      synchronized (this) {
        if (!worker.equals(workers.get(worker.key))) {
          return;
        }
        long quiet = System.nanoTime() - worker.idleSince;
        employed =
            worker.uses == 0 && quiet >= settings.workerSettings().idleTimeout().toNanos()
                ? worker.acquisitions
                : -1;
      }
      if (employed >= 0) {
        messaging.send(
            worker.up.join(),
            FrameWriter.of(FrameKind.IDLE_QUERY).int64(employed).toBytes());
      }
      scheduleIdleCheck(worker);
    });
  }

  private void onIdle(NodeId from, FrameReader in) {
    long employed = in.int64();
    ChildJvm leaving = null;
    synchronized (this) {
      var found = workers.values().stream().filter(worker -> worker.isAt(from)).findFirst();
      if (found.isPresent() && found.get().uses == 0 && found.get().acquisitions == employed) {
        workers.remove(found.get().key);
        leaving = found.get().child;
      }
    }
    if (leaving != null) {
      end(leaving);
    }
  }

  private void end(ChildJvm child) {
    LOG.info("{} has had no work and is ended", child);
    try {
      threads.execute(() -> child.end(CLOSE_TIMEOUT));
    } catch (RejectedExecutionException closing) {
      child.askToEnd(); // the child also ends with this JVM
    }
  }

  /** Ends all workers and deletes the jars. Waits for at most ten seconds. */
  @Override
  public void close() {
    List<ChildJvm> children;
    synchronized (this) {
      closed = true;
      children = workers.values().stream()
          .map(worker -> worker.child)
          .filter(Objects::nonNull)
          .toList();
      workers.clear();
    }
    threads.shutdown();
    children.forEach(ChildJvm::askToEnd);
    long end = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
    children.forEach(child -> child.end(Duration.ofNanos(Math.max(0, end - System.nanoTime()))));
    jars.close();
  }
}
