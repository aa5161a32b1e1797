package io.mobula.internal.group;

import akka.actor.ActorRef;
import akka.actor.ExtendedActorSystem;
import akka.actor.InvalidActorNameException;
import akka.actor.Props;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.singleton.ClusterSingletonManager;
import akka.cluster.singleton.ClusterSingletonManagerSettings;
import akka.cluster.singleton.ClusterSingletonProxy;
import akka.cluster.singleton.ClusterSingletonProxySettings;
import akka.cluster.typed.Cluster;
import io.mobula.NodeId;
import io.mobula.error.InvalidRequestException;
import io.mobula.internal.cluster.ClusterSystemConfig;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Singleton of the group scheduler in a cluster: it runs on the oldest member with the node role,
 * as an Akka cluster singleton. Its manager has the same path on all members and comes and goes
 * with the node, also in an actor system that outlives the node; Akka's typed extension would keep
 * the first node's manager for ever.
 */
final class GroupSchedulerSingleton {
  private static final String NAME = "mobula-groups";
  private static final Duration NAME_LIMIT = Duration.ofSeconds(2);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(10);
  private static final int MAX_BUFFERED = 1000;

  private final ExtendedActorSystem system;
  private final @Nullable ActorRef manager;
  private final ActorRef proxy;

  private GroupSchedulerSingleton(
      ExtendedActorSystem system, @Nullable ActorRef manager, ActorRef proxy) {
    this.system = system;
    this.manager = manager;
    this.proxy = proxy;
  }

  /**
   * Runs the scheduler on this member when it is its turn, and opens a proxy to it.
   *
   * @param scheduler makes its behavior
   */
  static GroupSchedulerSingleton open(
      ActorSystem<?> typed, NodeId node, Supplier<Behavior<GroupScheduler.Command>> scheduler) {
    var system = (ExtendedActorSystem) Adapter.toClassic(typed);
    boolean candidate = Cluster.get(typed).selfMember().hasRole(ClusterSystemConfig.NODE);
    var manager = candidate ? manager(system, scheduler) : null;
    var proxy = system.systemActorOf(
        ClusterSingletonProxy.props(
            "/system/" + NAME,
            ClusterSingletonProxySettings.create(system)
                .withRole(ClusterSystemConfig.NODE)
                .withBufferSize(MAX_BUFFERED)),
        NAME + "-" + node);
    return new GroupSchedulerSingleton(system, manager, proxy);
  }

  /**
   * Starts the manager; retries while a node that was closed in the same system still has the name.
   */
  private static ActorRef manager(
      ExtendedActorSystem system, Supplier<Behavior<GroupScheduler.Command>> scheduler) {
    long end = System.nanoTime() + NAME_LIMIT.toNanos();
    while (true) {
      try {
        return system.systemActorOf(props(system, scheduler), NAME);
      } catch (InvalidActorNameException taken) {
        if (end - System.nanoTime() < 0) {
          throw new InvalidRequestException("The actor system " + system.name()
              + " has a node already that schedules placement groups. Close that one first.");
        }
        LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      }
    }
  }

  private static Props props(
      ExtendedActorSystem system, Supplier<Behavior<GroupScheduler.Command>> scheduler) {
    return ClusterSingletonManager.props(
        Adapter.props(
            () -> Behaviors.supervise(scheduler.get()).onFailure(SupervisorStrategy.restart())),
        new GroupScheduler.Stop(),
        ClusterSingletonManagerSettings.create(system).withRole(ClusterSystemConfig.NODE));
  }

  /** Returns a ref to the scheduler, wherever it runs. */
  akka.actor.typed.ActorRef<GroupScheduler.Command> scheduler() {
    return Adapter.toTyped(proxy);
  }

  /** Stops the singleton on this member. */
  void close() {
    system.stop(proxy);
    if (manager != null) {
      system.stop(manager);
    }
  }
}
