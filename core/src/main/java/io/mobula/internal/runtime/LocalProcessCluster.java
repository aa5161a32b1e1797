package io.mobula.internal.runtime;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.error.InvalidRequestException;
import io.mobula.internal.node.NodeSettings;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.ChildPlan;
import io.mobula.internal.process.ReadyNotice;
import io.mobula.internal.process.WorkerMain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Local cluster of nodes in child JVMs, with a driver in this JVM. All JVMs start at the same time.
 * The first node forms the cluster; the others wait for its address, which is passed on as soon as
 * it is known.
 */
final class LocalProcessCluster implements LocalCluster {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(40);
  private static final String JOIN_TIMEOUT = "mobula.cluster.join-timeout";
  private static final String KEEP = "mobula.logs.keep";
  private static final String CAPACITY = "mobula.store.capacity";
  private static final String GPUS = "mobula.resources.gpus";

  private final List<ChildJvm> children;
  private final List<LocalNode> nodes;
  private final MobulaRuntime driver;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LocalProcessCluster(
      List<ChildJvm> children, List<LocalNode> nodes, MobulaRuntime driver) {
    this.children = children;
    this.nodes = nodes;
    this.driver = driver;
  }

  static LocalCluster start(Builder plan) {
    var children = new ArrayList<ChildJvm>();
    try {
      for (int i = 0; i < plan.nodes(); i++) {
        children.add(ChildJvm.start(childPlan(plan, i), output(i)));
      }
      return joinAll(plan, List.copyOf(children));
    } catch (RuntimeException | Error e) {
      children.forEach(ChildJvm::kill);
      throw e;
    }
  }

  private static LocalProcessCluster joinAll(Builder plan, List<ChildJvm> children) {
    var timeout = plan.startTimeout();
    var head = children.getFirst();
    head.sendLine(WorkerMain.settingsLine(nodeSettings(plan)));
    var seed = head.awaitReady(timeout).address();
    var joining = children.subList(1, children.size());
    joining.forEach(
        child -> child.sendLine(WorkerMain.settingsLine(nodeSettings(plan).join(seed))));
    var nodes = children.stream()
        .map(child -> process(child, child.awaitReady(timeout)))
        .toList();
    var driver = Mobula.connect(seed, commonSettings(plan));
    LOG.info("A cluster of {} is up: {}", nodes.size(), nodes);
    return new LocalProcessCluster(children, nodes, driver);
  }

  private static LocalNode process(ChildJvm child, ReadyNotice ready) {
    return new LocalNode(ready.node(), ready.address(), child.pid());
  }

  private static ChildPlan childPlan(Builder plan, int index) {
    return WorkerMain.plan("node " + index).flags(plan.jvmFlags()).classPath(plan.classPath());
  }

  private static Settings nodeSettings(Builder plan) {
    return quiet(commonSettings(plan)).cpus(plan.cpusPerNode()).listen(0);
  }

  /**
   * Keeps lines that a child sends to the driver out of the child's own output, as they would be
   * printed twice; the user's settings take precedence.
   */
  private static Settings quiet(Settings settings) {
    return settings.values().containsKey(KEEP) ? settings : settings.set(KEEP, false);
  }

  /**
   * Returns the settings of all nodes unless the user overrides them. The machine's memory is
   * divided among the nodes, as each alone would take its default share of all memory. Accelerators
   * are not detected, as each node would detect all of them.
   */
  private static Settings commonSettings(Builder plan) {
    var settings = plan.settings();
    if (!settings.values().containsKey(GPUS)) {
      settings = settings.gpus(0);
    }
    if (!settings.values().containsKey(JOIN_TIMEOUT)) {
      settings = settings.set(JOIN_TIMEOUT, plan.startTimeout().toMillis() + "ms");
    }
    return settings.values().containsKey(CAPACITY)
        ? settings
        : settings.storeCapacity(NodeSettings.defaultStoreCapacity() / (plan.nodes() + 1));
  }

  private static ChildJvm.OutputConsumer output(int index) {
    return (stream, text) -> {
      switch (stream) {
        case OUT -> LOG.info("node {}: {}", index, text);
        case ERR -> LOG.warn("node {}: {}", index, text);
      }
    };
  }

  @Override
  public MobulaRuntime runtime() {
    return driver;
  }

  @Override
  public List<LocalNode> nodes() {
    return nodes;
  }

  @Override
  public void kill(int index) {
    if (index < 0 || index >= children.size()) {
      throw new InvalidRequestException("Wanted to kill node " + index
          + " of a local cluster: there are 0 to " + (children.size() - 1) + ".");
    }
    children.get(index).kill();
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try (driver) {
      LOG.debug("Closing a cluster of {}", nodes.size());
    } finally {
      children.forEach(ChildJvm::askToEnd);
      children.forEach(child -> LOG.debug("{}: {}", child, child.end(END_TIMEOUT)));
    }
  }
}
