package io.mobula.internal.job;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.Settings;
import io.mobula.error.ProcessException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.ledger.DeviceShare;
import io.mobula.internal.ledger.DeviceSplit;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.placement.AbsentWorker;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.ChildPlan;
import io.mobula.internal.process.ReadyNotice;
import io.mobula.internal.process.RestartPolicy;
import io.mobula.internal.process.WorkerMain;
import io.mobula.internal.process.WorkerSupervisor;
import io.mobula.placement.Resources;
import io.mobula.spi.DeviceView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fixed set of worker processes beside a node for as long as it runs. They are members with ledgers
 * of their own, have been given the node's resources, and run on the node's class path. A worker
 * that ends is restarted after the pauses of {@link RestartPolicy#DEFAULT}. Safe for all threads.
 */
public final class StaticWorkers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StaticWorkers.class);

  /** Variable that tells CUDA which devices a process may use. */
  static final String VISIBLE_DEVICES = "CUDA_VISIBLE_DEVICES";

  private final Spec spec;
  private final SharedStore store;
  private final WorkerSupervisor supervisor;
  private final CompletableFuture<Void> allUp = new CompletableFuture<>();
  private final Runnable changed;
  private final Map<Integer, String> abandoned = new ConcurrentSkipListMap<>();
  private final Set<Integer> up = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Specification of the workers.
   *
   * @param count the number of workers, zero for none
   * @param classPath entries in front of the node's class path
   * @param flags flags for their JVMs
   * @param restarts how often a worker is restarted within ten minutes
   * @param resourceSplit the resources of each worker, and of the node
   * @param gpus the accelerators of each worker, if any, and those of the node
   */
  public record Spec(
      int count,
      List<Path> classPath,
      List<String> flags,
      int restarts,
      ResourceSplit resourceSplit,
      DeviceSplit gpus) {
    public Spec {
      classPath = List.copyOf(classPath);
      flags = List.copyOf(flags);
    }
  }

  /**
   * Parameters that the workers get from their node.
   *
   * @param node the node that they join
   * @param store the store whose capacity they share
   * @param settings the node's settings that differ from the defaults
   * @param startTimeout within which a worker must be up
   * @param leaveTimeout within which all workers must be gone when the node leaves
   */
  public record NodeParameters(
      Peer node,
      SharedStore store,
      Map<String, Object> settings,
      Duration startTimeout,
      Duration leaveTimeout) {}

  private StaticWorkers(Spec spec, NodeParameters nodeParameters, Runnable changed) {
    this.spec = spec;
    this.changed = changed;
    this.store = nodeParameters.store();
    var told = WorkerMain.settingsLine(workerSettings(spec, nodeParameters));
    this.supervisor = WorkerSupervisor.start(
        spec.count(),
        worker -> child(spec, worker).input(told),
        new WorkerSupervisor.Limits(
            RestartPolicy.DEFAULT.restarts(spec.restarts()),
            nodeParameters.startTimeout(),
            nodeParameters.leaveTimeout()),
        new StartupTracker(spec.count()),
        StaticWorkers::print);
  }

  /**
   * Starts all workers in parallel and returns at once.
   *
   * @param changed runs when the set of {@link #absent} workers has changed; on the supervisor's
   *     thread, or on that of {@link #close}
   */
  public static StaticWorkers start(Spec spec, NodeParameters nodeParameters, Runnable changed) {
    return new StaticWorkers(spec, nodeParameters, changed);
  }

  private static ChildPlan child(Spec spec, int worker) {
    var child = WorkerMain.plan("worker " + worker).flags(spec.flags()).classPath(spec.classPath());
    return spec.gpus().parts().isEmpty()
        ? child
        : child.environment(
            VISIBLE_DEVICES, DeviceShare.visibleDevices(spec.gpus().parts().get(worker)));
  }

  private static Settings workerSettings(Spec spec, NodeParameters nodeParameters) {
    var told = Mobula.settings();
    for (var entry : nodeParameters.settings().entrySet()) {
      told = told.set(entry.getKey(), entry.getValue());
    }
    for (var label : nodeParameters.node().labels().entrySet()) {
      told = told.label(label.getKey(), label.getValue());
    }
    return offering(told, spec.resourceSplit().worker())
        .join(nodeParameters.node().address())
        .set(JobSettings.PARENT_STORE_KEY, nodeParameters.store().directory().toString())
        .set("mobula.cluster.role", "worker")
        .set("mobula.cluster.join-timeout", nodeParameters.startTimeout().toMillis() + "ms")
        .set(
            "mobula.cluster.leave-timeout",
            nodeParameters.leaveTimeout().dividedBy(2).toMillis() + "ms");
  }

  /**
   * Sets the resources explicitly: if workers detected devices, two of them would detect the same.
   */
  private static Settings offering(Settings told, Resources each) {
    var result = told.cpus(0).gpus(0).memory(each.units(Resources.MEMORY));
    for (var name : each.asUnits().keySet()) {
      if (!name.equals(Resources.MEMORY)) {
        result = result.resource(name, each.amount(name));
      }
    }
    return result;
  }

  private static void print(ChildJvm.StandardStream stream, String text) {
    switch (stream) {
      case OUT -> LOG.info("worker: {}", text);
      case ERR -> LOG.warn("worker: {}", text);
    }
  }

  /** Tracker of the workers that are up; on the supervisor's thread. */
  private final class StartupTracker implements WorkerSupervisor.Listener {
    private final CountDownLatch missing;

    StartupTracker(int count) {
      this.missing = new CountDownLatch(count);
    }

    @Override
    public void up(int worker, long pid, ReadyNotice ready) {
      up.add(worker);
      changed.run();
      missing.countDown();
      if (missing.getCount() == 0) {
        allUp.complete(null);
      }
    }

    @Override
    public void restarts(int worker, String how, Duration pause) {
      ended(worker);
      allUp.completeExceptionally(
          new ProcessException("Worker " + worker + " of this node does not come up: " + how));
    }

    @Override
    public void gaveUp(int worker, String why) {
      abandoned.put(worker, why);
      ended(worker);
    }

    private void ended(int worker) {
      up.remove(worker);
      changed.run();
      store.removeStaleStores();
    }
  }

  /**
   * Waits until all workers are up for the first time.
   *
   * @throws ProcessException when a worker ends before that, as a restart would fail, too
   */
  public void awaitUp(Duration timeout) {
    try {
      allUp.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      var why = Objects.requireNonNull(e.getCause());
      throw new ProcessException(String.valueOf(why.getMessage()), why);
    } catch (TimeoutException e) {
      throw new ProcessException("The worker processes of this node were not up after " + timeout
          + " (mobula.jobs.worker-start-limit).");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException("Interrupted while worker processes were starting.");
    }
  }

  /** Returns the workers that are not restarted any more, and why, as waiting work. */
  public List<WaitingWork> abandoned() {
    return abandoned.entrySet().stream()
        .map(entry -> new WaitingWork(
            "worker " + entry.getKey(), spec.resourceSplit().worker(), entry.getValue()))
        .toList();
  }

  /**
   * Returns the workers that are not up, including those that are not restarted; none after
   * {@link #close}.
   */
  public List<AbsentWorker> absent() {
    return closed
        ? List.of()
        : IntStream.range(0, spec.count())
            .filter(worker -> !up.contains(worker))
            .mapToObj(worker -> new AbsentWorker(
                worker,
                spec.resourceSplit().worker().asUnits(),
                devices(worker),
                abandoned.containsKey(worker)))
            .toList();
  }

  private List<DeviceView> devices(int worker) {
    return spec.gpus().parts().isEmpty()
        ? List.of()
        : spec.gpus().parts().get(worker).stream().map(DeviceShare::view).toList();
  }

  /** Ends all workers in parallel: asks, waits, kills. */
  @Override
  public void close() {
    closed = true;
    changed.run();
    supervisor.close();
  }
}
