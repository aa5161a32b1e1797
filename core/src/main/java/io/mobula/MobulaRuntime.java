package io.mobula;

import akka.actor.ClassicActorSystemProvider;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One open node, or a driver of a cluster: the instance behind the static {@link Mobula}. A JVM may
 * hold several.
 *
 * <p>Safe for use by many threads.
 */
public non-sealed interface MobulaRuntime extends RuntimeForms, AutoCloseable {

  /**
   * Starts a node inside an actor system, typed or classic, that its owner keeps: nothing of its
   * configuration is changed, and closing the runtime leaves it running.
   */
  static MobulaRuntime attach(ClassicActorSystemProvider system) {
    return attach(system, Settings.empty());
  }

  /** As {@link #attach(ClassicActorSystemProvider)}, with settings. */
  static MobulaRuntime attach(ClassicActorSystemProvider system, Settings settings) {
    return RuntimeLocator.factory().attach(Objects.requireNonNull(system, "system"), settings);
  }

  /** Names this incarnation of this node. */
  NodeId nodeId();

  /**
   * Starts a task; what {@link TaskCall#remote} does. Users write {@code task} and {@code action}.
   */
  <R extends @Nullable Object> ObjectRef<R> submit(TaskRequest request);

  /** Starts a task with {@code count} results; what {@link #remoteMany} does. */
  <R extends @Nullable Object> List<ObjectRef<R>> submitMany(TaskRequest request, int count);

  /**
   * Starts a task with a stream of results; what {@link #remoteStream} and {@link #remoteIterator}
   * do.
   */
  <R extends @Nullable Object> ObjectRefStream<R> submitStream(TaskRequest request);

  /** Makes an actor; what {@link ActorCall#remote} does. Users write {@code actor}. */
  <A> ActorHandle<A> create(ActorRequest request);

  /**
   * Starts a task whose result is a collection of exactly {@code count} elements and gives a ref
   * for each.
   *
   * @throws io.mobula.error.InvalidRequestException when {@code count} is below one
   */
  default <R extends @Nullable Object> List<ObjectRef<R>> remoteMany(
      TaskCall<? extends Collection<? extends R>> call, int count) {
    return submitMany(call.request(), TaskRequest.requireCount(count));
  }

  /**
   * Starts a task that returns a {@link Stream} and gives its elements one by one as they come. The
   * task is held back when {@link TaskBuilder#maxUnread} of them wait unread.
   *
   * <pre>{@code
   * try (ObjectRefStream<Page> pages = runtime.remoteStream(runtime.task(Crawler::pages, url))) { ... }
   * }</pre>
   */
  default <R extends @Nullable Object> ObjectRefStream<R> remoteStream(
      TaskCall<? extends Stream<? extends R>> call) {
    return submitStream(call.request());
  }

  /** As {@link #remoteStream}, for a task that returns an {@link Iterator}. */
  default <R extends @Nullable Object> ObjectRefStream<R> remoteIterator(
      TaskCall<? extends Iterator<? extends R>> call) {
    return submitStream(call.request());
  }

  /** As {@link #remoteMany(TaskCall, int)}, for a function without parameters. */
  default <R extends @Nullable Object> List<ObjectRef<R>> remoteMany(
      Task0<? extends Collection<? extends R>> task, int count) {
    return submitMany(task.bind().request(), TaskRequest.requireCount(count));
  }

  /** As {@link #remoteStream(TaskCall)}, for a function without parameters. */
  default <R extends @Nullable Object> ObjectRefStream<R> remoteStream(
      Task0<? extends Stream<? extends R>> task) {
    return submitStream(task.bind().request());
  }

  /** As {@link #remoteIterator(TaskCall)}, for a function without parameters. */
  default <R extends @Nullable Object> ObjectRefStream<R> remoteIterator(
      Task0<? extends Iterator<? extends R>> task) {
    return submitStream(task.bind().request());
  }

  /**
   * Starts a task that returns a {@link CompletionStage}, and gives a ref to what the stage will
   * hold. The task's slot and resources are free as soon as the function has returned.
   * ({@code remote} does the same, but can only be typed as a ref to the stage, which nobody ever
   * gets.)
   */
  default <R extends @Nullable Object> ObjectRef<R> remoteStage(
      TaskCall<? extends CompletionStage<? extends R>> call) {
    return submit(call.request());
  }

  /** As {@link #remoteStage(TaskCall)}, for a function without parameters. */
  default <R extends @Nullable Object> ObjectRef<R> remoteStage(
      Task0<? extends CompletionStage<? extends R>> task) {
    return submit(task.bind().request());
  }

  /**
   * As {@link #remoteStage(TaskCall)}, for a method of an actor, which may take its next call
   * meanwhile.
   */
  default <R extends @Nullable Object> ObjectRef<R> remoteStage(
      MethodCall<? extends CompletionStage<? extends R>> call) {
    return call.send();
  }

  /**
   * Stores a value once; every {@code get} reads that copy. What is in the store already, a tensor
   * that {@code get} gave for example, is not copied again.
   *
   * @throws io.mobula.error.InvalidRequestException when the value is itself a ref: pass that on
   * @throws io.mobula.error.CodecException when it cannot be encoded
   * @throws io.mobula.error.StoreFullException when there is no room
   */
  <T extends @Nullable Object> ObjectRef<T> put(T value);

  /**
   * As {@link #put(Object)}, kept on {@link PutOptions#copies()} nodes: the one that puts it, if
   * that is a node, and others that copy it, on other hosts where there are any. A driver's own
   * store counts only where the cluster has fewer nodes than copies are wanted; other drivers are
   * never asked. Returns when all copies are there, so that any {@code copies - 1} of these
   * processes may be killed at once from then on. A node that leaves or dies is replaced by another
   * one with room, in the background; while there is none the value has a copy less. All copies go
   * when nobody holds the value any more. Blocks; costs the time to copy the value to one node
   * after the other.
   *
   * @throws io.mobula.error.TooFewCopiesException when there are not as many copies within
   *     {@link PutOptions#within()}; nothing of the value is kept then
   */
  <T extends @Nullable Object> ObjectRef<T> put(T value, PutOptions options);

  /**
   * Makes room for a value of that many bytes, to be filled in place and then
   * {@linkplain ObjectBuffer#seal sealed}: no copy.
   *
   * @throws io.mobula.error.StoreFullException when there is no room
   */
  ObjectBuffer create(long bytes);

  /**
   * Waits for all values and returns them in order; throws the first failure as soon as it is
   * known.
   */
  <T extends @Nullable Object> List<T> get(Collection<? extends ObjectRef<? extends T>> refs);

  /** As {@link #get(Collection)}, for at most {@code deadline} in all. */
  <T extends @Nullable Object> List<T> get(
      Collection<? extends ObjectRef<? extends T>> refs, Duration deadline);

  /**
   * Waits until {@code count} of the refs have a value or a failure, or {@code deadline} has
   * passed.
   *
   * @throws io.mobula.error.InvalidRequestException when a ref is there twice, {@code count} is
   *     more than there are or below one, or the deadline is negative
   */
  <T extends ObjectRef<?>> WaitResult<T> wait(Collection<T> refs, int count, Duration deadline);

  /**
   * The living actor of that name. Fails with {@link io.mobula.error.ActorNameException} if there
   * is none, or if it has been made already and is not of the type.
   */
  <A> ActorHandle<A> actorNamed(String name, Class<A> type);

  /** A placement group to be made; see {@link PlacementGroup}. */
  default PlacementGroupCall placementGroup() {
    return PlacementGroupCall.of(this);
  }

  /**
   * The living placement group of that name. Asks the scheduler of groups.
   *
   * @throws io.mobula.error.PlacementGroupException when there is none, or no answer
   */
  PlacementGroup placementGroup(String name);

  /** Every living placement group, oldest first. Asks the scheduler of groups. */
  List<PlacementGroup> placementGroups();

  /**
   * Makes a placement group; what {@link PlacementGroupCall#create} does. Users write
   * {@code placementGroup}.
   */
  PlacementGroup create(PlacementGroupRequest request);

  /** See {@link PlacementGroup#ready}. */
  ObjectRef<PlacementGroup> ready(PlacementGroup group);

  /** See {@link PlacementGroup#state}. */
  PlacementGroupState state(PlacementGroup group);

  /** See {@link PlacementGroup#remove}. */
  void remove(PlacementGroup group);

  /**
   * Starts an Akka actor on a node that has these resources, which it holds until it stops. It is
   * an ordinary actor: watched, stopped and supervised as any, and made again by nobody when its
   * node dies. It stops with the node that hosts it.
   *
   * @param factory makes its behavior there
   * @param name part of its path; need not be unique
   * @param resources what it holds; {@link Resources#none()} to live wherever there is a node
   * @param placement which of these nodes
   * @return the actor once it has started; fails with {@link io.mobula.error.TaskFailedException}
   *     when the factory throws, and with {@link io.mobula.error.NodeLostException} when the node
   *     dies meanwhile
   */
  <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources, Placement placement);

  /** Starts an Akka actor on any node that has these resources; see the other form. */
  default <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources) {
    return spawn(factory, name, resources, Placement.anywhere());
  }

  /**
   * Sends an Akka actor its own message when a value is there, as {@code ActorContext.pipeToSelf}
   * does for futures.
   *
   * @param message makes the message from the value or, if that is null, from the failure
   */
  default <T, R extends @Nullable Object> void pipeToSelf(
      ActorContext<T> self,
      ObjectRef<R> ref,
      BiFunction<@Nullable R, @Nullable Throwable, T> message) {
    self.pipeToSelf(ref.toCompletableFuture(), message::apply);
  }

  /**
   * What all nodes of the cluster have in all; asks them and waits for the answers. What each has
   * is in {@link #nodes()}.
   */
  Resources totalResources();

  /**
   * What of it is free. A CPU that tasks took back after waiting may make this zero for a while,
   * never negative.
   */
  Resources availableResources();

  /**
   * What waits for resources, for its arguments, or for an actor that is busy, and why; at most a
   * thousand entries, oldest first. Calls of an actor are one entry, which says how many.
   */
  List<WaitingWork> waiting();

  /**
   * Why a ref has no value yet: the chain from the ref to whoever must act next, over tasks,
   * queues, ledgers, actors and other processes, as of one moment. What a message about a time-out
   * says is of the same kind. Asks actors and one other process, and waits for their answers for a
   * second at most.
   */
  WaitReport whyPending(ObjectRef<?> ref);

  /**
   * Everything of this process that has no outcome yet: tasks (those of other processes that run
   * here, too), calls of actors, groups that are not ready, questions to other processes, and all
   * threads that block in the runtime; at most a thousand. Costs a walk for each, and waits for
   * answers for a second at most.
   */
  List<WaitReport> pending();

  /**
   * What frames are on their way between the processes of the cluster, and how many have come; asks
   * all processes and waits for the answers. Each tells of the 256 others it has most to send to;
   * empty for a node alone.
   */
  List<PeerChannelInfo> peerChannels();

  /** Every process of the cluster, this one first; only this one for a node alone. */
  List<NodeInfo> nodes();

  /**
   * Asks a process of the cluster to leave it and close, as if its own program had closed it, and
   * returns at once; whether it has left is seen by {@link #nodes}.
   *
   * @throws io.mobula.error.InvalidRequestException when it is not in the cluster, or no longer
   */
  void dismiss(NodeId node);

  /** The name of its cluster, {@code default} if nobody gave one; that of a node alone, too. */
  String clusterName();

  /** How many bytes of store memory are in use, how many may be, and how much is on disk. */
  StoreUsage storeUsage();

  /** Whether {@link #close} has been called. */
  boolean isClosed();

  /**
   * Waits until {@link #close}, whoever calls it, has come to its end: a node may be asked to leave
   * by others.
   *
   * @return whether it has, within the limit
   */
  boolean awaitClosed(Duration limit) throws InterruptedException;

  /**
   * Stops the node: it leaves its cluster, running work is interrupted, pending refs fail, store
   * memory is freed, threads end. Returns after {@code mobula.close-timeout} at the latest (5 s by
   * default), a member of a cluster after {@code mobula.cluster.leave-timeout} more (30 s). Closing
   * again does nothing.
   */
  @Override
  void close();

  /**
   * Something that waits.
   *
   * @param what its name and id
   * @param wants what it asks for
   * @param why what it waits for
   */
  record WaitingWork(String what, Resources wants, String why) {}

  /**
   * The object store in numbers.
   *
   * @param usedBytes in use by objects
   * @param capacityBytes the ceiling
   * @param objects how many objects are in store memory
   * @param spilledBytes of objects that are on disk and not in store memory
   * @param spilledObjects how many those are
   */
  record StoreUsage(
      long usedBytes, long capacityBytes, long objects, long spilledBytes, long spilledObjects) {}
}
