package io.mobula;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The front door: Ray's {@code ray.} for Java. Everything here also exists on
 * {@link MobulaRuntime}; the static form uses the runtime of the task or actor that calls it, else
 * the only one open in this JVM.
 *
 * <pre>{@code
 * try (var _ = Mobula.init()) {
 *   ObjectRef<Integer> four = Mobula.task(Quick::square, 2).remote();
 *   ObjectRef<Integer> sixteen = Mobula.task(Quick::square, four).remote();
 *   int x = sixteen.get();
 * }
 * }</pre>
 *
 * <p>Every method fails with {@link io.mobula.error.NoRuntimeException} where no runtime is found.
 */
public final class Mobula extends MobulaForms {
  private Mobula() {}

  /** Starts a node in this JVM with the detected resources. Opens no port. */
  public static MobulaRuntime init() {
    return init(settings());
  }

  /**
   * Starts a node in this JVM. Opens no port unless the settings say so, by {@link Settings#listen}
   * or {@link Settings#join}; then it returns as a member of the cluster.
   *
   * @throws io.mobula.error.ClusterException when it cannot become a member
   * @throws io.mobula.error.SettingsException when a setting is malformed; the message names its
   *     key
   * @throws io.mobula.error.StoreException when the store's files cannot be made
   */
  public static MobulaRuntime init(Settings settings) {
    return RuntimeLocator.factory().open(settings);
  }

  /**
   * Joins a cluster as a driver, which offers no resources and has no vote, by one of its
   * processes.
   *
   * @param address {@code host:port} of any process of the cluster
   * @throws io.mobula.error.ClusterException when nobody answers there, or it is not let in
   */
  public static MobulaRuntime connect(String address) {
    return connect(address, settings());
  }

  /** As {@link #connect(String)}, with settings. */
  public static MobulaRuntime connect(String address, Settings settings) {
    return init(settings.join(address).set("mobula.cluster.role", "driver"));
  }

  /** The defaults, to be changed by the verbs of {@link Settings}. */
  public static Settings settings() {
    return Settings.empty();
  }

  /** The runtime that the static methods use here. */
  public static MobulaRuntime runtime() {
    return RuntimeLocator.current();
  }

  /**
   * What the calling task or actor method can know about itself.
   *
   * @throws io.mobula.error.NoRuntimeException when the caller is neither
   */
  public static TaskContext context() {
    return RuntimeLocator.factory()
        .context()
        .orElseThrow(() -> new io.mobula.error.NoRuntimeException(
            "Mobula.context() is for tasks and actor methods; this thread runs neither."));
  }

  /**
   * The accelerators that the calling task or actor holds; empty if it asked for none.
   *
   * @throws io.mobula.error.NoRuntimeException when the caller is neither
   */
  public static List<Gpu> gpus() {
    return context().gpus();
  }

  /**
   * The same as {@code CUDA_VISIBLE_DEVICES} is to be set for a child process of the caller, so
   * that it sees no other: UUIDs where the driver gives them, else indices, with commas between
   * them; the empty string, for none, if it asked for none. A task that runs inside a shared JVM
   * shares that JVM's variable: CUDA reads it once, at its first call.
   *
   * @throws io.mobula.error.NoRuntimeException when the caller is neither
   */
  public static String cudaVisibleDevices() {
    return gpus().stream().map(Gpu::cudaName).collect(Collectors.joining(","));
  }

  /** See {@link MobulaRuntime#put}. */
  public static <T extends @Nullable Object> ObjectRef<T> put(T value) {
    return runtime().put(value);
  }

  /** See {@link MobulaRuntime#put(Object, PutOptions)}. */
  public static <T extends @Nullable Object> ObjectRef<T> put(T value, PutOptions options) {
    return runtime().put(value, options);
  }

  /** See {@link MobulaRuntime#create(long)}. */
  public static ObjectBuffer create(long bytes) {
    return runtime().create(bytes);
  }

  /** See {@link MobulaRuntime#get(Collection)}. */
  public static <T extends @Nullable Object> List<T> get(
      Collection<? extends ObjectRef<? extends T>> refs) {
    return runtime().get(refs);
  }

  /** See {@link MobulaRuntime#get(Collection, Duration)}. */
  public static <T extends @Nullable Object> List<T> get(
      Collection<? extends ObjectRef<? extends T>> refs, Duration deadline) {
    return runtime().get(refs, deadline);
  }

  /** See {@link MobulaRuntime#wait(Collection, int, Duration)}. */
  public static <T extends ObjectRef<?>> WaitResult<T> wait(
      Collection<T> refs, int count, Duration deadline) {
    return runtime().wait(refs, count, deadline);
  }

  /** See {@link MobulaRuntime#remoteMany}. */
  public static <R extends @Nullable Object> List<ObjectRef<R>> remoteMany(
      TaskCall<? extends Collection<? extends R>> call, int count) {
    return call.resolveRuntime().remoteMany(call, count);
  }

  /** See {@link MobulaRuntime#remoteStream}. */
  public static <R extends @Nullable Object> ObjectRefStream<R> remoteStream(
      TaskCall<? extends Stream<? extends R>> call) {
    return call.resolveRuntime().remoteStream(call);
  }

  /** See {@link MobulaRuntime#remoteIterator}. */
  public static <R extends @Nullable Object> ObjectRefStream<R> remoteIterator(
      TaskCall<? extends Iterator<? extends R>> call) {
    return call.resolveRuntime().remoteIterator(call);
  }

  /** See {@link MobulaRuntime#remoteMany(Task0, int)}. */
  public static <R extends @Nullable Object> List<ObjectRef<R>> remoteMany(
      Task0<? extends Collection<? extends R>> task, int count) {
    return task.resolveRuntime().remoteMany(task, count);
  }

  /** See {@link MobulaRuntime#remoteStream(Task0)}. */
  public static <R extends @Nullable Object> ObjectRefStream<R> remoteStream(
      Task0<? extends Stream<? extends R>> task) {
    return task.resolveRuntime().remoteStream(task);
  }

  /** See {@link MobulaRuntime#remoteIterator(Task0)}. */
  public static <R extends @Nullable Object> ObjectRefStream<R> remoteIterator(
      Task0<? extends Iterator<? extends R>> task) {
    return task.resolveRuntime().remoteIterator(task);
  }

  /** See {@link MobulaRuntime#remoteStage(TaskCall)}. */
  public static <R extends @Nullable Object> ObjectRef<R> remoteStage(
      TaskCall<? extends CompletionStage<? extends R>> call) {
    return call.resolveRuntime().remoteStage(call);
  }

  /** See {@link MobulaRuntime#remoteStage(Task0)}. */
  public static <R extends @Nullable Object> ObjectRef<R> remoteStage(
      Task0<? extends CompletionStage<? extends R>> task) {
    return task.resolveRuntime().remoteStage(task);
  }

  /** See {@link MobulaRuntime#remoteStage(MethodCall)}. */
  public static <R extends @Nullable Object> ObjectRef<R> remoteStage(
      MethodCall<? extends CompletionStage<? extends R>> call) {
    return call.send();
  }

  /** See {@link MobulaRuntime#actorNamed}. */
  public static <A> ActorHandle<A> actorNamed(String name, Class<A> type) {
    return runtime().actorNamed(name, type);
  }

  /** A placement group to be made; see {@link PlacementGroup}. */
  public static PlacementGroupCall placementGroup() {
    return PlacementGroupCall.of(null);
  }

  /** See {@link MobulaRuntime#placementGroup(String)}. */
  public static PlacementGroup placementGroup(String name) {
    return runtime().placementGroup(name);
  }

  /** See {@link MobulaRuntime#placementGroups()}. */
  public static List<PlacementGroup> placementGroups() {
    return runtime().placementGroups();
  }

  /** See {@link MobulaRuntime#spawn}. */
  public static <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources) {
    return runtime().spawn(factory, name, resources);
  }

  /** See {@link MobulaRuntime#spawn}. */
  public static <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources, Placement placement) {
    return runtime().spawn(factory, name, resources, placement);
  }

  /** See {@link MobulaRuntime#pipeToSelf}. */
  public static <T, R extends @Nullable Object> void pipeToSelf(
      ActorContext<T> self,
      ObjectRef<R> ref,
      BiFunction<@Nullable R, @Nullable Throwable, T> message) {
    runtime().pipeToSelf(self, ref, message);
  }
}
