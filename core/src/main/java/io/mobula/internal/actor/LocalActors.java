package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Actors that live in this process: starts their cells, lists them, and forgets them as they end.
 * Safe for all threads; nothing blocks.
 */
final class LocalActors {
  private final ActorServices services;
  private final Map<ActorId, ActorCell> cells = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private volatile @Nullable ActorCluster cluster;
  private volatile boolean closed;

  LocalActors(ActorServices services) {
    this.services = services;
  }

  ActorServices services() {
    return services;
  }

  /** Connects the actors to the cluster: from now on there are actors on other nodes, too. */
  void join(ActorCluster with) {
    cluster = with;
  }

  /** Returns the cluster, or null if this node is in none. */
  @Nullable
  ActorCluster cluster() {
    return cluster;
  }

  /** Returns whether that process is a member of the cluster, as far as this process knows. */
  boolean isMember(NodeId node) {
    var present = cluster;
    return present == null
        ? node.equals(services.store().node())
        : present.peers().isMember(node);
  }

  /** Returns an id for a new actor. */
  ActorId nextId() {
    return new ActorId(services.store().node().incarnation(), numbers.incrementAndGet());
  }

  boolean isEmpty() {
    return cells.isEmpty();
  }

  @Nullable
  ActorCell find(ActorId id) {
    return cells.get(id);
  }

  // ---- the life of an actor

  /** Adds an actor of a node without a cluster, which is not started yet. */
  ActorCell add(ActorDescriptor descriptor, ActorCreationSpec spec) {
    var cell = new ActorCell(
        descriptor, spec, this, ActorLifecycleListener.NONE, IncarnationSpec.History.NONE);
    cells.put(cell.id(), cell);
    return cell;
  }

  /** Removes an actor that is not to be started. */
  void remove(ActorCell cell) {
    cells.remove(cell.id());
  }

  /**
   * Starts a cell, whose object is constructed when its lease is granted.
   *
   * @param restarts how often the actor has been recreated on other nodes
   */
  void start(ActorCell cell, int restarts) {
    cells.put(cell.id(), cell);
    var execution = cell.options().execution();
    var concurrent = services.threads().concurrent(execution.maxConcurrency(), execution.threads());
    services
        .given()
        .spawner()
        .spawn(
            ActorBehavior.create(cell, concurrent, restarts),
            "actor-" + cell.id() + "-" + numbers.incrementAndGet(),
            MethodThreads.dispatcher(execution.threads()),
            cell.deferredRef()::started);
    if (closed) { // close() may have run before the cell was registered
      cell.kill(this::closedException);
    }
    if (cell.isDead()) { // it may have been found by name and killed meanwhile
      forget(cell);
    }
  }

  /** Forgets an actor that is dead; a durable one that died of a failure keeps its name. */
  void forget(ActorCell cell) {
    cells.remove(cell.id(), cell);
    if (!closed && cell.isDurablyDead()) {
      services.deaths().add(cell.descriptor(), cell.whyDead());
    } else {
      services.names().releaseUnlessDurable(cell.descriptor());
    }
    services.leaseSource().rescanQueue(cell.options().placement());
  }

  /** Ends the actors here that live in a placement group, as the group is removed. */
  void endGroup(PlacementGroupId group, String how, Function<String, MobulaException> why) {
    cells.values().forEach(cell -> {
      if (cell.options().placement() instanceof Placement.Group placed
          && placed.group().id().equals(group)) {
        cell.kill(() -> cell.diedException(how, why.apply(cell.describe())));
      }
    });
  }

  // ---- the end of the process

  /** Rejects actors from now on; {@link #killAll} follows. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  /** Ends every actor at once and fails its calls. */
  void killAll() {
    cells.values().forEach(cell -> cell.kill(this::closedException));
  }

  void requireOpen() {
    services.store().requireOpen();
    if (closed) {
      throw closedException();
    }
  }

  RuntimeClosedException closedException() {
    return new RuntimeClosedException("The runtime of node " + services.store().node()
        + " was closed before the actor had answered.");
  }

  // ---- diagnosis

  /** Returns one entry for each actor with calls that have arrived and have not started. */
  Stream<Optional<WaitingWork>> waiting() {
    return cells.values().stream().map(ActorCell::waiting);
  }

  /** Returns the calls that have arrived and have no outcome, in no order. */
  Stream<WaitPoint> pending() {
    return cells.values().stream()
        .flatMap(cell -> cell.unanswered().stream()
            .map(run -> new PendingCall(cell, run.result().id())));
  }

  /** Call that has arrived at its actor. */
  private record PendingCall(ActorCell cell, ObjectId call) implements WaitPoint {
    @Override
    public WaitStep waitStep() {
      return cell.hasCall(call)
          ? cell.waitStep(call)
          : WaitStep.end("call " + call + " has its answer", WaitCause.READY);
    }
  }
}
