package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import io.mobula.ActorHandle;
import io.mobula.ActorId;
import io.mobula.BehaviorFactory;
import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.checkpoint.CheckpointDirectory;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Job;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorNameDirectory;
import io.mobula.spi.ActorOptions;
import io.mobula.spi.ActorRequest;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Engine that creates, finds and ends the actors of one node. Safe for all threads. Blocks only for
 * the directory of actor names and for files of checkpoints.
 */
public final class ActorEngine {
  private static final int MAX_REPORTED = 1000;

  private final Dependencies dependencies;
  private final ExecutorService threads;
  private final ExecutorService virtualThreads;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<ActorId, ActorCell> cells = new ConcurrentHashMap<>();
  private final DurableDeaths durableDeaths = new DurableDeaths();
  private final ActorFiles files;
  private final ActorNameClient names;
  private final ActorCreator creator;
  private final BehaviorSpawner spawning;
  private volatile @Nullable ActorCluster cluster;
  private volatile boolean closed;

  /**
   * Parts of the node that the engine works with.
   *
   * @param runtime the runtime that actors see as theirs
   * @param names the directory of actor names
   * @param resolver resolves refs to Akka actors of other nodes
   * @param job the job of actors that no task or actor creates
   * @param checkpoints the directory for states of actors, or null: the store keeps them
   */
  public record Dependencies(
      MobulaRuntime runtime,
      ObjectStore store,
      CallBinder binder,
      LeaseSource placement,
      DelayTimer timer,
      AsyncSpawner spawner,
      ActorNameDirectory names,
      ActorRefResolver resolver,
      Supplier<Job> job,
      @Nullable CheckpointDirectory checkpoints) {}

  /**
   * Starter of Akka actors as children of the node, which waits for none of them, unlike
   * {@link io.mobula.spi.ActorSpawner}.
   */
  public interface AsyncSpawner {
    /** Starts an actor asynchronously and passes on its ref. */
    <T> void spawn(Behavior<T> behavior, String name, Props props, Consumer<ActorRef<T>> then);
  }

  /**
   * Makes an engine without actors.
   *
   * @param threads runs methods of actors that allow several at a time
   * @param virtualThreads does the same for actors on virtual threads
   */
  public ActorEngine(
      Dependencies dependencies, ExecutorService threads, ExecutorService virtualThreads) {
    this.dependencies = dependencies;
    this.threads = threads;
    this.virtualThreads = virtualThreads;
    this.files =
        new ActorFiles(dependencies.checkpoints(), dependencies.store(), dependencies.timer());
    this.names = new ActorNameClient(
        dependencies.names(), dependencies.store().node(), new RegisteredHandleFactory());
    this.creator = new ActorCreator(this, names, durableDeaths);
    this.spawning = new BehaviorSpawner(this, dependencies.resolver(), dependencies.spawner());
  }

  /** Connects the engine to the cluster: from now on actors live on other nodes, too. */
  public void join(ActorCluster with) {
    cluster = with;
  }

  /** Creates an actor; see {@link io.mobula.spi.RuntimeEngine#create(ActorRequest)}. */
  public <A> ActorHandle<A> create(ActorRequest request) {
    requireOpen();
    return creator.create(request);
  }

  /** Starts a user's Akka actor; see {@link MobulaRuntime#spawn}. */
  public <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources, Placement placement) {
    requireOpen();
    return spawning.spawn(factory, name, resources, Execution.placementOf(placement));
  }

  BehaviorSpawner spawner() {
    return spawning;
  }

  /** Ends the actors here that live in a placement group, as the group is removed. */
  public void endGroup(PlacementGroupId group, String how, Function<String, MobulaException> why) {
    cells.values().forEach(cell -> {
      if (cell.options().placement() instanceof Placement.Group placed
          && placed.group().id().equals(group)) {
        cell.kill(() -> cell.diedException(how, why.apply(cell.describe())));
      }
    });
    spawning.stopGroup(group);
  }

  /** Returns an id for a new actor. */
  ActorId nextId() {
    return new ActorId(dependencies.store().node().incarnation(), numbers.incrementAndGet());
  }

  /** Adds an actor of a node without a cluster, which is not started yet. */
  ActorCell addCell(ActorDescriptor descriptor, ActorCreationSpec spec) {
    var cell = new ActorCell(
        descriptor, spec, this, ActorLifecycleListener.NONE, IncarnationSpec.History.NONE);
    cells.put(cell.id(), cell);
    return cell;
  }

  /** Removes an actor that is not to be started. */
  void removeCell(ActorCell cell) {
    cells.remove(cell.id());
  }

  /** Source of handles for registered names, from this node's knowledge. */
  private final class RegisteredHandleFactory implements ActorNameClient.HandleFactory {
    @Override
    public <A> @Nullable ActorHandle<A> handle(ActorDescriptor.SerializedHandle serializedHandle) {
      return ActorEngine.this.open(serializedHandle);
    }

    @Override
    public boolean stillHoldsName(ActorDescriptor descriptor) {
      var present = cluster;
      return descriptor.name() != null
          && descriptor.durable()
          && !durableDeaths.isRecorded(descriptor)
          && (present == null || !present.isEnded(descriptor.id()));
    }
  }

  /** Returns a handle to an actor, or null if the actor is ending as far as this node knows. */
  private <A> @Nullable ActorHandle<A> open(ActorDescriptor.SerializedHandle serializedHandle) {
    var present = cluster;
    var self = ActorCell.ofCaller(serializedHandle.descriptor().id());
    if (self != null) {
      return self.isOpen() ? self.ownHandle() : null;
    }
    if (present != null) {
      return present.handleIfOpen(serializedHandle);
    }
    var cell = cells.get(serializedHandle.descriptor().id());
    return cell == null ? null : cell.handleIfOpen();
  }

  /**
   * Starts a cell, whose object is constructed when its lease is granted.
   *
   * @param restarts how often the actor has been recreated on other nodes
   */
  void host(ActorCell cell, int restarts) {
    cells.put(cell.id(), cell);
    var execution = cell.options().execution();
    var concurrent = execution.maxConcurrency() == 1 ? null : methodThreads(execution.threads());
    dependencies
        .spawner()
        .spawn(
            ActorBehavior.create(cell, concurrent, restarts),
            "actor-" + cell.id() + "-" + numbers.incrementAndGet(),
            dispatcher(execution.threads()),
            cell.deferredRef()::started);
    if (closed) { // close() may have run before the cell was registered
      cell.kill(this::closedException);
    }
    if (cell.isDead()) { // it may have been found by name and killed meanwhile
      forget(cell);
    }
  }

  Executor methodThreads(ActorOptions.Threads wanted) {
    return wanted == ActorOptions.Threads.VIRTUAL ? virtualThreads : threads;
  }

  static Props dispatcher(ActorOptions.Threads wanted) {
    return DispatcherSelector.fromConfig(
        switch (wanted) {
          case SHARED -> "mobula.actors.shared-dispatcher";
          case DEDICATED -> "mobula.actors.dedicated-dispatcher";
          case VIRTUAL -> "mobula.actors.virtual-dispatcher";
        });
  }

  /** Returns the living actor of that name; see {@link MobulaRuntime#actorNamed}. */
  public <A> ActorHandle<A> named(String name, Class<A> type) {
    return this.<A>find(name, type).orElseThrow(() -> names.unknown(name));
  }

  /** Returns the living actor of that name, if any; see {@link MobulaRuntime#findActor}. */
  public <A> Optional<ActorHandle<A>> find(String name, Class<A> type) {
    requireOpen();
    Objects.requireNonNull(type, "type");
    ActorHandle<A> handle = names.find(Objects.requireNonNull(name, "name"), type);
    if (handle == null) {
      var why = durableDeaths.causeOf(name);
      if (why == null) {
        return Optional.empty();
      }
      throw why.toException();
    }
    var cell = cells.get(handle.id());
    var instance = cell == null ? null : cell.instanceType();
    if (instance != null && !type.isAssignableFrom(instance)) {
      throw ActorNameClient.otherType(name, instance.getName(), type);
    }
    return Optional.of(handle);
  }

  void forget(ActorCell cell) {
    cells.remove(cell.id(), cell);
    if (!closed && cell.isDurablyDead()) {
      durableDeaths.add(cell.descriptor(), cell.whyDead());
    } else {
      releaseNameUnlessDurable(cell.descriptor());
    }
    dependencies.placement().rescanQueue(cell.options().placement());
  }

  /** Sends calls of other processes that have not started back, as this node is about to leave. */
  public void leave() {
    var present = cluster;
    if (present != null) {
      present.hostedActors().leave();
    }
  }

  /**
   * Returns the waiting calls by actor: those that have arrived here, and those whose actor is not
   * placed.
   */
  public List<WaitingWork> waiting() {
    var here = cells.values().stream().map(ActorCell::waiting);
    var present = cluster;
    var all = present == null ? here : Stream.concat(here, present.waiting());
    return all.flatMap(Optional::stream).limit(MAX_REPORTED).toList();
  }

  /** Returns the calls without an outcome, in no order. */
  public Stream<WaitPoint> pending() {
    Stream<WaitPoint> here = cells.values().stream()
        .flatMap(cell -> cell.unanswered().stream()
            .map(run -> new PendingCall(cell, run.result().id())));
    var present = cluster;
    return present == null ? here : Stream.concat(here, present.pending());
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

  /** Ends every actor at once and fails its calls. Does not wait for running methods. */
  public void close() {
    closed = true;
    files.close();
    spawning.close(this::closedException);
    var present = cluster;
    if (present != null) {
      present.close(this::closedException);
    }
    cells.values().forEach(cell -> cell.kill(this::closedException));
    names.close();
  }

  private RuntimeClosedException closedException() {
    return new RuntimeClosedException("The runtime of node "
        + dependencies.store().node() + " was closed before the actor had answered.");
  }

  /** Returns the job of work that the calling thread submits. */
  Job currentJob() {
    return Job.current(dependencies.job().get());
  }

  /** Returns whether any actor lives here, or is owned by this node. */
  public boolean isBusy() {
    var present = cluster;
    return !cells.isEmpty() || (present != null && !present.ownedActors().isEmpty());
  }

  private void requireOpen() {
    dependencies.store().requireOpen();
    if (closed) {
      throw closedException();
    }
  }

  @Nullable
  ActorCluster cluster() {
    return cluster;
  }

  LeaseSource leaseSource() {
    return dependencies.placement();
  }

  /** Returns what durable actors have died of. */
  DurableDeaths durableDeaths() {
    return durableDeaths;
  }

  /** Releases the name of an ending actor, unless its files have to be deleted first. */
  void releaseNameUnlessDurable(ActorDescriptor descriptor) {
    if (!descriptor.durable()) {
      names.release(descriptor);
    }
  }

  /** Removes this node's registration of the actor's name. Has no effect the second time. */
  void releaseName(ActorDescriptor descriptor) {
    names.release(descriptor);
  }

  /** Registers this node as a keeper of the actor's name, as it hosts or owns the actor. */
  void registerName(
      ActorDescriptor descriptor, @Nullable ActorAddress address, @Nullable Class<?> made) {
    var present = cluster;
    var owner = present == null ? descriptor.originalOwner() : present.ownerOf(descriptor.id());
    names.register(new ActorDescriptor.SerializedHandle(descriptor, address, owner), made);
  }

  /**
   * Registers this node as a keeper of the name of an actor that it hosts.
   *
   * @param made the class of the user's object, or null before it is constructed
   */
  void registerHostedName(ActorCell cell, ActorAddress here, @Nullable Class<?> made) {
    registerName(cell.descriptor(), here, made);
    if (cell.isDead() && (!cell.descriptor().durable() || cell.isStopped())) {
      // it may have released its name before
      names.release(cell.descriptor());
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Returns whether that process is a member of the cluster, as far as this process knows. */
  boolean isMember(NodeId node) {
    var present = cluster;
    return present == null ? node.equals(dependencies.store().node()) : present.isMember(node);
  }

  // ---- checkpoints

  /** Returns the files of this node's actors. */
  public ActorFiles files() {
    return files;
  }

  /** Recreates the durable actors that no node has, when this node has joined. */
  public void restoreDurable() {
    var directory = dependencies.checkpoints();
    if (directory != null) {
      new DurableActors(creator, store(), binder(), directory).restoreAll();
    }
  }

  /** Deletes the files of an actor that has ended for good, and then releases its name. */
  void deleteFiles(ActorDescriptor descriptor) {
    try {
      files.delete(descriptor);
    } finally {
      if (descriptor.durable()) {
        names.release(descriptor);
      }
    }
  }

  void whenUnreachable(TrackedActorHandle.ReachabilityToken token, Runnable action) {
    dependencies.store().whenUnreachable(token, action);
  }

  ObjectStore store() {
    return dependencies.store();
  }

  CallBinder binder() {
    return dependencies.binder();
  }

  MobulaRuntime runtime() {
    return dependencies.runtime();
  }

  Runnable after(Duration delay, Runnable action) {
    return dependencies.timer().after(delay, action);
  }
}
