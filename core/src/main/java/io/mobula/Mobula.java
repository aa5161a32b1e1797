package io.mobula;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupCall;
import io.mobula.placement.Resources;
import io.mobula.spi.RuntimeLocator;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Static entry point of Mobula, as {@code ray} is in Python. {@link #init} and {@link #connect}
 * open a {@link MobulaRuntime}. What starts work or reads values exists here and on the runtime;
 * the static form uses the runtime of the calling task or actor, else the only runtime that is open
 * in this JVM.
 *
 * <pre>{@code
 * try (var _ = Mobula.init()) {
 *   ObjectRef<Integer> four = Mobula.task(QuickStart::square, 2).remote();
 *   ObjectRef<Integer> sixteen = Mobula.task(QuickStart::square, four).remote();
 *   int x = sixteen.get();
 * }
 * }</pre>
 *
 * <p>Methods that need a runtime fail with {@link io.mobula.error.NoRuntimeException} if there is
 * none, or several of which the calling thread belongs to none.
 */
public final class Mobula extends MobulaForms {
  private Mobula() {}

  /**
   * Starts a node in this JVM with the default settings: detected resources and no port, unless
   * system properties, environment variables or {@code application.conf} say otherwise.
   */
  public static MobulaRuntime init() {
    return init(settings());
  }

  /**
   * Starts a node in this JVM. The node opens no port unless the settings say so, by
   * {@link Settings#listen} or {@link Settings#join}; then this method returns when the node is a
   * member of the cluster.
   *
   * @throws io.mobula.error.ClusterException when the node cannot become a member
   * @throws io.mobula.error.SettingsException when a setting is malformed; the message names its
   *     key
   * @throws io.mobula.error.StoreException when the store's files cannot be created
   */
  public static MobulaRuntime init(Settings settings) {
    return RuntimeLocator.factory().open(settings);
  }

  /**
   * Joins a cluster as a driver, which offers no resources and has no vote. The driver listens,
   * too, as all processes connect to each other: to a cluster of several hosts it needs a
   * {@code mobula.cluster.host} that the others can reach.
   *
   * @param address {@code host:port} of any process of the cluster
   * @throws io.mobula.error.ClusterException when no process answers there, or the driver is
   *     refused
   */
  public static MobulaRuntime connect(String address) {
    return connect(address, settings());
  }

  /** Joins a cluster as a driver, with settings; see {@link #connect(String)}. */
  public static MobulaRuntime connect(String address, Settings settings) {
    return init(settings.join(address).set("mobula.cluster.role", "driver"));
  }

  /** Returns the default settings, to be changed by the methods of {@link Settings}. */
  public static Settings settings() {
    return Settings.empty();
  }

  /** Returns the runtime that the static methods use on this thread. */
  public static MobulaRuntime runtime() {
    return RuntimeLocator.current();
  }

  /**
   * Returns the context of the calling task or actor method.
   *
   * @throws io.mobula.error.NoRuntimeException when the caller is neither a task nor an actor
   *     method
   */
  public static TaskContext context() {
    return RuntimeLocator.factory()
        .context()
        .orElseThrow(() -> new io.mobula.error.NoRuntimeException(
            "Mobula.context() is for tasks and actor methods; this thread runs neither."));
  }

  /**
   * Returns the accelerators that the calling task or actor holds; empty if it requested none.
   *
   * @throws io.mobula.error.NoRuntimeException when the caller is neither a task nor an actor
   *     method
   */
  public static List<Gpu> gpus() {
    return context().gpus();
  }

  /**
   * Returns the value of {@code CUDA_VISIBLE_DEVICES} for a child process of the caller, so that it
   * sees only the caller's devices: UUIDs where the driver gives them, else indices, separated by
   * commas; the empty string for none. A task inside a shared JVM shares that JVM's variable, which
   * CUDA reads once, at its first call.
   *
   * @throws io.mobula.error.NoRuntimeException when the caller is neither a task nor an actor
   *     method
   */
  public static String cudaVisibleDevices() {
    return gpus().stream().map(Gpu::cudaName).collect(Collectors.joining(","));
  }

  /** Stores a value once and returns a ref to it; see {@link MobulaRuntime#put(Object)}. */
  public static <T extends @Nullable Object> ObjectRef<T> put(T value) {
    return runtime().put(value);
  }

  /** Stores a value on several nodes; see {@link MobulaRuntime#put(Object, PutOptions)}. */
  public static <T extends @Nullable Object> ObjectRef<T> put(T value, PutOptions options) {
    return runtime().put(value, options);
  }

  /** Allocates store memory to be filled in place; see {@link MobulaRuntime#create(long)}. */
  public static ObjectBuffer create(long bytes) {
    return runtime().create(bytes);
  }

  /** Waits for all values and returns them in order; see {@link MobulaRuntime#get(Collection)}. */
  public static <T extends @Nullable Object> List<T> get(
      Collection<? extends ObjectRef<? extends T>> refs) {
    return runtime().get(refs);
  }

  /**
   * Waits for all values for a limited time; see {@link MobulaRuntime#get(Collection, Duration)}.
   */
  public static <T extends @Nullable Object> List<T> get(
      Collection<? extends ObjectRef<? extends T>> refs, Duration timeout) {
    return runtime().get(refs, timeout);
  }

  /**
   * Waits until some of the refs are ready; see {@link MobulaRuntime#wait(Collection, int,
   * Duration)}.
   */
  public static <T extends ObjectRef<?>> WaitResult<T> wait(
      Collection<T> refs, int count, Duration timeout) {
    return runtime().wait(refs, count, timeout);
  }

  /** Returns the living actor of that name; see {@link MobulaRuntime#actorNamed}. */
  public static <A> ActorHandle<A> actorNamed(String name, Class<A> type) {
    return runtime().actorNamed(name, type);
  }

  /** Returns the living actor of that name, if any; see {@link MobulaRuntime#findActor}. */
  public static <A> Optional<ActorHandle<A>> findActor(String name, Class<A> type) {
    return runtime().findActor(name, type);
  }

  /** Returns a builder of a placement group; see {@link PlacementGroup}. */
  public static PlacementGroupCall placementGroup() {
    return PlacementGroupCall.of(null);
  }

  /**
   * Returns the living placement group of that name; see
   * {@link MobulaRuntime#placementGroup(String)}.
   */
  public static PlacementGroup placementGroup(String name) {
    return runtime().placementGroup(name);
  }

  /** Returns all living placement groups; see {@link MobulaRuntime#placementGroups()}. */
  public static List<PlacementGroup> placementGroups() {
    return runtime().placementGroups();
  }

  /**
   * Starts an Akka actor on any node that has the resources; see
   * {@link MobulaRuntime#spawn(BehaviorFactory, String, Resources)}.
   */
  public static <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources) {
    return runtime().spawn(factory, name, resources);
  }

  /**
   * Starts an Akka actor on a node that has the resources; see
   * {@link MobulaRuntime#spawn(BehaviorFactory, String, Resources, Placement)}.
   */
  public static <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources, Placement placement) {
    return runtime().spawn(factory, name, resources, placement);
  }

  /** Sends an Akka actor a message when a value is ready; see {@link MobulaRuntime#pipeToSelf}. */
  public static <T, R extends @Nullable Object> void pipeToSelf(
      ActorContext<T> self,
      ObjectRef<R> ref,
      BiFunction<@Nullable R, @Nullable Throwable, T> message) {
    runtime().pipeToSelf(self, ref, message);
  }
}
