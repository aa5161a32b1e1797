package io.mobula.internal.runtime;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import io.mobula.ActorHandle;
import io.mobula.BehaviorFactory;
import io.mobula.NodeId;
import io.mobula.ObjectBuffer;
import io.mobula.ObjectRef;
import io.mobula.ObjectRefStream;
import io.mobula.PutOptions;
import io.mobula.WaitResult;
import io.mobula.info.NodeInfo;
import io.mobula.info.PeerChannelInfo;
import io.mobula.info.WaitReport;
import io.mobula.internal.actor.ActorEngine;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.node.Node;
import io.mobula.internal.node.NodeSettings;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.task.TaskEngine;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupState;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorRequest;
import io.mobula.spi.PlacementGroupRequest;
import io.mobula.spi.RuntimeEngine;
import io.mobula.spi.TaskRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/** Runtime of one node in this JVM. */
final class NodeRuntime implements RuntimeEngine {
  private final NodeId id;
  private final String clusterName;
  private final ObjLongConsumer<NodeRuntime> afterClose;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch end = new CountDownLatch(1);

  // Set once by start, since the node's work sees this runtime. The engines are those of the node.
  private Node node;
  private TaskEngine tasks;
  private ActorEngine actors;
  private ObjectStore objects;

  @SuppressWarnings("NullAway.Init")
  private NodeRuntime(NodeId id, String clusterName, ObjLongConsumer<NodeRuntime> afterClose) {
    this.id = id;
    this.clusterName = clusterName;
    this.afterClose = afterClose;
  }

  /**
   * Starts a node with its runtime.
   *
   * @param ownsSystem whether the actor system is started and ended with the runtime
   * @param afterClose runs once after the node has closed, to end what is not the node's own;
   *     receives the deadline on the clock of {@link System#nanoTime()}
   */
  static NodeRuntime start(
      NodeId id,
      ActorSystem<?> system,
      NodeSettings settings,
      SharedStore memory,
      boolean ownsSystem,
      ObjLongConsumer<NodeRuntime> afterClose) {
    var runtime = new NodeRuntime(id, settings.cluster().identity().cluster(), afterClose);
    runtime.node = Node.start(
        id,
        system,
        settings,
        memory,
        new Node.NodeOwner(runtime, ownsSystem, removed -> runtime.close(removed::closeRemoved)));
    runtime.tasks = runtime.node.tasks();
    runtime.actors = runtime.node.actors();
    runtime.objects = runtime.node.objects();
    return runtime;
  }

  /** Joins the cluster if the settings say so; closes the runtime if joining fails. */
  void join() {
    try {
      node.join();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public NodeId nodeId() {
    return id;
  }

  @Override
  public <R extends @Nullable Object> ObjectRef<R> submit(TaskRequest request) {
    return tasks.submit(request);
  }

  @Override
  public <R extends @Nullable Object> List<ObjectRef<R>> submitMany(
      TaskRequest request, int count) {
    return tasks.submitMany(request, count);
  }

  @Override
  public <R extends @Nullable Object> ObjectRefStream<R> submitStream(TaskRequest request) {
    return tasks.submitStream(request);
  }

  @Override
  public <A> ActorHandle<A> create(ActorRequest request) {
    return actors.create(request);
  }

  @Override
  public <T extends @Nullable Object> ObjectRef<T> put(T value) {
    return objects.put(value);
  }

  @Override
  public <T extends @Nullable Object> ObjectRef<T> put(T value, PutOptions options) {
    return node.replicatedPut().put(value, options);
  }

  @Override
  public ObjectBuffer create(long bytes) {
    return objects.create(bytes);
  }

  @Override
  public <T extends @Nullable Object> List<T> get(
      Collection<? extends ObjectRef<? extends T>> refs) {
    return objects.get(refs, Deadline.NEVER);
  }

  @Override
  public <T extends @Nullable Object> List<T> get(
      Collection<? extends ObjectRef<? extends T>> refs, Duration timeout) {
    return objects.get(refs, Deadline.after(timeout));
  }

  @Override
  public <T extends ObjectRef<?>> WaitResult<T> wait(
      Collection<T> refs, int count, Duration timeout) {
    return objects.wait(refs, count, Deadline.after(timeout));
  }

  @Override
  public <A> ActorHandle<A> actorNamed(String name, Class<A> type) {
    return actors.named(name, type);
  }

  @Override
  public <A> Optional<ActorHandle<A>> findActor(String name, Class<A> type) {
    return actors.find(name, type);
  }

  @Override
  public <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources, Placement placement) {
    return actors.spawn(factory, name, resources, placement);
  }

  @Override
  public PlacementGroup create(PlacementGroupRequest request) {
    return node.groups().create(request);
  }

  @Override
  public PlacementGroup placementGroup(String name) {
    return node.groups().findByName(name);
  }

  @Override
  public List<PlacementGroup> placementGroups() {
    return node.groups().all();
  }

  @Override
  public ObjectRef<PlacementGroup> ready(PlacementGroup group) {
    return node.groups().ready(group);
  }

  @Override
  public PlacementGroupState state(PlacementGroup group) {
    return node.groups().state(group);
  }

  @Override
  public void remove(PlacementGroup group) {
    node.groups().remove(group);
  }

  @Override
  public Resources totalResources() {
    return node.queries().total();
  }

  @Override
  public Resources availableResources() {
    return node.queries().available();
  }

  @Override
  public List<WaitingWork> waiting() {
    return node.queries().waiting();
  }

  @Override
  public WaitReport whyPending(ObjectRef<?> ref) {
    return node.waits().why(ref);
  }

  @Override
  public List<WaitReport> pending() {
    return node.waits().all();
  }

  @Override
  public List<PeerChannelInfo> peerChannels() {
    return node.queries().channels();
  }

  @Override
  public List<NodeInfo> nodes() {
    return node.queries().nodes();
  }

  @Override
  public void dismiss(NodeId id) {
    node.queries().requestLeave(id);
  }

  @Override
  public String clusterName() {
    return clusterName;
  }

  @Override
  public StoreUsage storeUsage() {
    return objects.usage();
  }

  @Override
  public boolean isClosed() {
    return objects.isClosed();
  }

  @Override
  public void close() {
    close(node::close);
  }

  private void close(LongSupplier how) {
    if (closed.compareAndSet(false, true)) {
      try {
        afterClose.accept(this, how.getAsLong());
      } finally {
        end.countDown();
      }
    }
  }

  @Override
  public boolean awaitClosed(Duration timeout) throws InterruptedException {
    return end.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public String toString() {
    return "MobulaRuntime(node " + id + (isClosed() ? ", closed)" : ")");
  }
}
