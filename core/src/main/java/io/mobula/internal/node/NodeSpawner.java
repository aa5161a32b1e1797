package io.mobula.internal.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import io.mobula.NodeId;
import io.mobula.error.RuntimeClosedException;
import io.mobula.spi.ActorSpawner;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Spawner of a node's actors, which are children of its guardian and stop with it. Thread-safe. */
final class NodeSpawner implements ActorSpawner {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  private final NodeId node;
  private final ActorSystem<?> system;
  private final Duration timeout;
  private final CountDownLatch stopped;
  private final ActorRef<NodeGuardian.Command> guardian;

  private NodeSpawner(
      NodeId node,
      ActorSystem<?> system,
      Duration timeout,
      CountDownLatch stopped,
      ActorRef<NodeGuardian.Command> guardian) {
    this.node = node;
    this.system = system;
    this.timeout = timeout;
    this.stopped = stopped;
    this.guardian = guardian;
  }

  /**
   * Starts the guardian of a node.
   *
   * @param timeout how long {@link #spawn} waits for an actor
   */
  static NodeSpawner start(NodeId node, ActorSystem<?> system, Duration timeout) {
    var stopped = new CountDownLatch(1);
    ActorRef<NodeGuardian.Command> guardian = system.systemActorOf(
        NodeGuardian.create(stopped::countDown), "mobula-" + node, Props.empty());
    return new NodeSpawner(node, system, timeout, stopped, guardian);
  }

  /** Starts an actor asynchronously and passes on its ref. */
  <T> void spawnAsync(Behavior<T> behavior, String name, Props props, Consumer<ActorRef<T>> then) {
    guardian.tell(new NodeGuardian.Spawn<>(behavior, name, props, then));
  }

  /**
   * Starts an actor and waits for it: for as long as joining may take, unless the guardian or its
   * system has ended.
   */
  @Override
  public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    var spawned = new CompletableFuture<ActorRef<T>>();
    spawnAsync(behavior, name, Props.empty(), spawned::complete);
    long end = System.nanoTime() + timeout.toNanos();
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
              + " did not start actor " + name + " within " + timeout + ".");
        }
      } catch (ExecutionException never) { // the future is never completed exceptionally
        throw new IllegalStateException(never);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RuntimeClosedException("Interrupted while starting node " + node + ".");
      }
    }
  }

  /** Stops the guardian and all of its children asynchronously. */
  void stop() {
    guardian.tell(new NodeGuardian.Stop());
  }

  /**
   * Waits until all actors have stopped; returns whether they have.
   *
   * @param end the deadline, by {@link System#nanoTime()}
   */
  boolean awaitStopped(long end) throws InterruptedException {
    return stopped.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
  }
}
