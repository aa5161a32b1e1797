package io.mobula.internal.runtime;

import akka.actor.ClassicActorSystemProvider;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.mobula.LocalCluster;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.Settings;
import io.mobula.TaskContext;
import io.mobula.error.SettingsException;
import io.mobula.internal.cluster.ClusterSystemConfig;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.node.NodeSettings;
import io.mobula.spi.RuntimeFactory;
import java.lang.ref.WeakReference;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Factory of single-node runtimes, loaded by {@link java.util.ServiceLoader}. */
public final class NodeRuntimeFactory implements RuntimeFactory {
  private static final Logger LOG = LoggerFactory.getLogger(NodeRuntimeFactory.class);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final List<MobulaRuntime> opened = new CopyOnWriteArrayList<>();

  /** Makes the factory for the service loader. */
  public NodeRuntimeFactory() {}

  @Override
  public MobulaRuntime open(Settings settings) {
    var config = NodeSettings.overlay(settings, loaded());
    var read = NodeSettings.read(config);
    var memory = SharedStore.open(read.store());
    try {
      return open(config, read, memory);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  private MobulaRuntime open(Config config, NodeSettings read, SharedStore memory) {
    var system = actorSystem(config, read, memory);
    var hook = new ShutdownHook();
    NodeRuntime runtime;
    try {
      runtime = NodeRuntime.start(newId(), system, read, memory, true, (closed, end) -> {
        opened.remove(closed);
        terminate(system, end);
        hook.disarm();
      });
    } catch (RuntimeException | Error e) {
      system.terminate();
      throw e;
    }
    runtime.join();
    opened.add(runtime);
    hook.arm(runtime);
    return runtime;
  }

  private static ActorSystem<?> actorSystem(Config config, NodeSettings read, SharedStore memory) {
    var cluster = read.cluster();
    var base = config.getConfig("mobula.actor-system").withFallback(config);
    var whole = cluster.enabled()
        ? ClusterSystemConfig.overlay(config, cluster, read.storeLocation(memory))
            .withFallback(base)
        : base;
    try {
      return ActorSystem.create(Behaviors.empty(), "mobula", whole);
    } catch (Exception e) { // Scala also throws checked exceptions undeclared
      if (cluster.enabled() && ClusterSystemConfig.isAboutListening(e)) {
        throw ClusterSystemConfig.cannotListen(cluster, e);
      }
      throw new SettingsException(
          "No actor system can be made as mobula.actor-system says: " + e.getMessage(), e);
    }
  }

  @Override
  public MobulaRuntime attach(ClassicActorSystemProvider provider, Settings settings) {
    var system = Adapter.toTyped(provider.classicSystem());
    var read =
        NodeSettings.read(NodeSettings.overlay(settings, system.settings().config()));
    var memory = SharedStore.open(read.store());
    NodeRuntime runtime;
    try {
      runtime = NodeRuntime.start(
          newId(), system, read, memory, false, (closed, end) -> opened.remove(closed));
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
    runtime.join();
    opened.add(runtime);
    // so that an actor system that lives on does not keep a closed runtime
    var open = new WeakReference<MobulaRuntime>(runtime);
    system.getWhenTerminated().thenRun(() -> {
      var present = open.get();
      if (present != null) {
        present.close();
      }
    });
    return runtime;
  }

  private static Config loaded() {
    try {
      // so that system properties set since the last runtime are read
      ConfigFactory.invalidateCaches();
      return ConfigFactory.load();
    } catch (ConfigException e) {
      throw new SettingsException(
          "The configuration of this program cannot be read: " + e.getMessage(), e);
    }
  }

  private static NodeId newId() {
    long incarnation;
    do {
      incarnation = RANDOM.nextLong();
    } while (incarnation == 0);
    return new NodeId(incarnation);
  }

  private static void terminate(ActorSystem<?> system, long end) {
    system.terminate();
    try {
      system
          .getWhenTerminated()
          .toCompletableFuture()
          .get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("The actor system of the runtime did not end in time; its threads are left behind.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public LocalCluster start(LocalCluster.Builder cluster) {
    return LocalProcessCluster.start(cluster);
  }

  @Override
  public Optional<TaskContext> context() {
    return Optional.ofNullable(Execution.current());
  }

  @Override
  public List<MobulaRuntime> openRuntimes() {
    return List.copyOf(opened);
  }
}
