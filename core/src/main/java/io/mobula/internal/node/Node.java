package io.mobula.internal.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.internal.actor.ActorEngine;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.group.PlacementGroupService;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.task.TaskEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Life cycle of one node in an actor system: ledger, store, tasks and actors start, join a cluster
 * and close together. Thread-safe.
 */
public final class Node {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  /**
   * Timeout of a close in a JVM that exits because work of this node has called
   * {@code System.exit}.
   */
  private static final Duration CLOSE_AT_EXIT = Duration.ofMillis(500);

  /** Time that the threads of a removed node have to end after their interrupt. */
  private static final Duration INTERRUPT_GRACE = Duration.ofSeconds(1);

  private final LocalParts local;
  private final WorkEngines engines;
  private final NodeServices services;
  private final ReplicatedPut replicatedPut;
  private final NodeQueries queries;
  private final NodeWaits waits;

  Node(LocalParts local, WorkEngines engines, NodeServices services, ReplicatedPut replicatedPut) {
    this.local = local;
    this.engines = engines;
    this.services = services;
    this.replicatedPut = replicatedPut;
    this.queries = new NodeQueries(local, services);
    this.waits = NodeWaits.start(local, engines, services);
  }

  /**
   * Owner that opens and closes a node.
   *
   * @param runtime the runtime that tasks and actors see; not used before the node is made
   * @param ownsSystem whether the actor system was made for the node and ends with it
   * @param closeRemoved closes the runtime by {@link #closeRemoved}
   */
  public record NodeOwner(MobulaRuntime runtime, boolean ownsSystem, Consumer<Node> closeRemoved) {}

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
    return NodeAssembly.assemble(new NodeAssembly.NodeInputs(id, system, settings, memory, owner));
  }

  /**
   * Joins the cluster if the settings say so; returns when the other nodes are known.
   *
   * @throws io.mobula.error.ClusterException when it is refused; the node must then be closed
   */
  public void join() {
    var actors = engines.actors();
    actors.files().register();
    services.join();
    var membership = local.membership();
    if (membership.peers().isEmpty()) { // else another member may own the files
      actors.files().removeLeftovers();
    }
    services.afterJoin();
    if (membership.self().role() == Peer.Role.NODE
        && local.settings().jobs().environment() == null) {
      actors.restoreDurable();
    }
  }

  /** Returns the store of objects. */
  public ObjectStore objects() {
    return local.objects();
  }

  /** Returns the task engine. */
  public TaskEngine tasks() {
    return engines.tasks();
  }

  /** Returns the actor engine. */
  public ActorEngine actors() {
    return engines.actors();
  }

  /** Returns the service for placement groups. */
  public PlacementGroupService groups() {
    return local.groups();
  }

  /** Returns the operation that stores a value with copies on other nodes. */
  public ReplicatedPut replicatedPut() {
    return replicatedPut;
  }

  /** Returns the queries about the nodes of the cluster. */
  public NodeQueries queries() {
    return queries;
  }

  /** Returns what waits on this node. */
  public NodeWaits waits() {
    return waits;
  }

  /**
   * Ends all work after the others have removed this node. They do its work elsewhere, so nothing
   * that it has begun may have an effect from now on. Accepts nothing more, fails what is pending
   * and interrupts what runs, without waiting.
   */
  void endWork() {
    local.objects().refuseMore("it was removed from its cluster");
    services.refuseLeases();
    engines.close();
    local.threads().interruptWork();
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
    local.spawner().stop();
    var interrupted = local.threads().interruptible();
    if (!awaitEnd(System.nanoTime() + INTERRUPT_GRACE.toNanos(), interrupted)) {
      RemovedNodeHalt.haltIfOurs(local.objects().node());
    }
    services.abandon();
    closeEntrances();
    return endAll(local.settings().closeTimeout());
  }

  /**
   * Leaves the cluster and closes the node; returns after the leave timeout and the close timeout
   * at the latest, whatever users' code does.
   *
   * @return the deadline of the close, by {@link System#nanoTime()}
   */
  public long close() {
    long left = System.nanoTime() + local.settings().cluster().leaveTimeout().toNanos();
    var exit = ExitCall.find();
    services.endRemoteWork(exit, left);
    local.objects().refuseMore("it was closed");
    closeEntrances();
    services.handOver(left);
    return endAll(closeTimeout(exit));
  }

  /**
   * Returns the close timeout. It is short if a thread of the engine has called
   * {@code System.exit}, since such a thread never ends.
   */
  private Duration closeTimeout(@Nullable ExitCall exit) {
    var usual = local.settings().closeTimeout();
    boolean ours = exit != null && NodeThreads.haveCalled(exit);
    return ours && usual.compareTo(CLOSE_AT_EXIT) > 0 ? CLOSE_AT_EXIT : usual;
  }

  /** Closes what brings in changes from outside: the probe of devices, and Akka messages. */
  private void closeEntrances() {
    var devices = local.devices();
    if (devices != null) {
      devices.close();
    }
    AkkaMessageRefs.of(Adapter.toClassic(local.system())).close();
  }

  private long endAll(Duration timeout) {
    waits.close();
    services.leave();
    local.groups().close();
    long end = System.nanoTime() + timeout.toNanos();
    engines.close();
    local.spawner().stop();
    local.threads().shutdown();
    services.close();
    local.objects().close();
    local.timer().close();
    boolean ended = awaitEnd(end, local.threads().all());
    engines.actors().files().unregister();
    if (!ended) {
      LOG.warn(
          "Node {} closed after {} while work went on that did not heed its interrupt; its threads are left behind.",
          local.objects().node(),
          local.settings().closeTimeout());
    }
    return end;
  }

  /**
   * Waits for all actors to stop and all threads of these pools to end; returns whether they have.
   */
  private boolean awaitEnd(long end, List<ExecutorService> pools) {
    try {
      boolean stopped = local.spawner().awaitStopped(end);
      return NodeThreads.awaitEnd(pools, end) && stopped;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
