package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import io.mobula.ActorHandle;
import io.mobula.BehaviorFactory;
import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.error.MobulaException;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.checkpoint.CheckpointDirectory;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Job;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorNameDirectory;
import io.mobula.spi.ActorRequest;
import io.mobula.spi.DelayTimer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
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

  private final ActorServices services;
  private final LocalActors localActors;
  private final ActorLookup lookup;
  private final ActorCreator creator;
  private final BehaviorSpawner spawner;

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
    var store = dependencies.store();
    this.services = new ActorServices(
        dependencies,
        new MethodThreads(threads, virtualThreads),
        new ActorFiles(dependencies.checkpoints(), store, dependencies.timer()),
        new ActorNameClient(dependencies.names(), store.node()),
        new DurableDeaths());
    this.localActors = new LocalActors(services);
    this.lookup = new ActorLookup(localActors);
    this.creator = new ActorCreator(localActors, lookup);
    this.spawner = new BehaviorSpawner(services);
  }

  LocalActors localActors() {
    return localActors;
  }

  BehaviorSpawner spawner() {
    return spawner;
  }

  /** Returns the files of this node's actors. */
  public ActorFiles files() {
    return services.files();
  }

  // ---- what programs ask for

  /** Creates an actor; see {@link io.mobula.spi.RuntimeEngine#create(ActorRequest)}. */
  public <A> ActorHandle<A> create(ActorRequest request) {
    localActors.requireOpen();
    return creator.create(request);
  }

  /** Starts a user's Akka actor; see {@link MobulaRuntime#spawn}. */
  public <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources, Placement placement) {
    localActors.requireOpen();
    return spawner.spawn(factory, name, resources, Execution.placementOf(placement));
  }

  /** Returns the living actor of that name; see {@link MobulaRuntime#actorNamed}. */
  public <A> ActorHandle<A> named(String name, Class<A> type) {
    localActors.requireOpen();
    return lookup.named(name, type);
  }

  /** Returns the living actor of that name, if any; see {@link MobulaRuntime#findActor}. */
  public <A> Optional<ActorHandle<A>> find(String name, Class<A> type) {
    localActors.requireOpen();
    return lookup.find(name, type);
  }

  // ---- what happens to the node

  /** Recreates the durable actors that no node has, when this node has joined. */
  public void restoreDurable() {
    var directory = services.given().checkpoints();
    if (directory != null) {
      new DurableActors(creator, services, directory).restoreAll();
    }
  }

  /** Ends the actors here that live in a placement group, as the group is removed. */
  public void endGroup(PlacementGroupId group, String how, Function<String, MobulaException> why) {
    localActors.endGroup(group, how, why);
    spawner.stopGroup(group);
  }

  /** Sends calls of other processes that have not started back, as this node is about to leave. */
  public void leave() {
    var cluster = localActors.cluster();
    if (cluster != null) {
      cluster.leave();
    }
  }

  /** Ends every actor at once and fails its calls. Does not wait for running methods. */
  public void close() {
    localActors.close();
    services.files().close();
    spawner.close(localActors::closedException);
    var cluster = localActors.cluster();
    if (cluster != null) {
      cluster.close(localActors::closedException);
    }
    localActors.killAll();
    services.names().close();
  }

  // ---- reports

  /**
   * Returns the waiting calls by actor: those that have arrived here, and those whose actor is not
   * placed.
   */
  public List<WaitingWork> waiting() {
    var here = localActors.waiting();
    var cluster = localActors.cluster();
    var all = cluster == null ? here : Stream.concat(here, cluster.clients().waiting());
    return all.flatMap(Optional::stream).limit(MAX_REPORTED).toList();
  }

  /** Returns the calls without an outcome, in no order. */
  public Stream<WaitPoint> pending() {
    var here = localActors.pending();
    var cluster = localActors.cluster();
    return cluster == null ? here : Stream.concat(here, cluster.clients().pending());
  }

  /** Returns whether any actor lives here, or is owned by this node. */
  public boolean isBusy() {
    var cluster = localActors.cluster();
    return !localActors.isEmpty()
        || (cluster != null && !cluster.known().owners().isEmpty());
  }
}
