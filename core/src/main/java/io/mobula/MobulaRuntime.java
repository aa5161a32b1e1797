package io.mobula;

import akka.actor.ClassicActorSystemProvider;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.mobula.info.NodeInfo;
import io.mobula.info.PeerChannelInfo;
import io.mobula.info.WaitReport;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupCall;
import io.mobula.placement.Resources;
import io.mobula.spi.RuntimeLocator;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Open node, or driver of a cluster: the instance behind the static methods of {@link Mobula}. A
 * JVM may hold several.
 *
 * <p>Safe for use by many threads.
 */
public non-sealed interface MobulaRuntime extends RuntimeForms, AutoCloseable {

  /**
   * Starts a node inside an existing typed or classic actor system. The system's configuration is
   * not changed, and closing the runtime does not terminate the system.
   */
  static MobulaRuntime attach(ClassicActorSystemProvider system) {
    return attach(system, Settings.empty());
  }

  /**
   * Starts a node inside an existing actor system, with settings; see
   * {@link #attach(ClassicActorSystemProvider)}. With {@link Settings#listen} the node belongs to
   * the Akka cluster of that system, whose configuration needs {@code akka.actor.provider =
   * cluster} and the roles {@code mobula-node} and {@code mobula-directory} in
   * {@code akka.cluster.roles}.
   */
  static MobulaRuntime attach(ClassicActorSystemProvider system, Settings settings) {
    return RuntimeLocator.factory().attach(Objects.requireNonNull(system, "system"), settings);
  }

  /** Returns the id of this incarnation of the node. */
  NodeId nodeId();

  /**
   * Stores a value once; every {@code get} reads that copy. Parts that are in the store already,
   * such as a tensor from {@code get}, are not copied again.
   *
   * @throws io.mobula.error.InvalidRequestException when the value is itself a ref, which should be
   *     passed on instead
   * @throws io.mobula.error.CodecException when the value cannot be encoded
   * @throws io.mobula.error.StoreFullException when there is no room, after waiting for
   *     {@code mobula.store.full-timeout}
   */
  <T extends @Nullable Object> ObjectRef<T> put(T value);

  /**
   * Stores a value on {@link PutOptions#copies()} nodes: on this process, if it is a node, and on
   * others that copy it, preferably on other hosts. A driver's own store counts only if the cluster
   * has fewer nodes than copies requested; other drivers are never used. Returns when all copies
   * exist, so that any {@code copies - 1} of these processes may be killed at once from then on. A
   * node with a copy that leaves or dies is replaced in the background by another node with room;
   * while there is none, the value has one copy less. All copies are freed when the value is no
   * longer referenced. Blocks while the value is copied to one node after the other.
   *
   * @throws io.mobula.error.TooFewCopiesException when there are not enough copies within
   *     {@link PutOptions#timeout()}; nothing of the value is kept then
   */
  <T extends @Nullable Object> ObjectRef<T> put(T value, PutOptions options);

  /**
   * Allocates store memory for a value of that many bytes, to be filled in place and then
   * {@linkplain ObjectBuffer#seal sealed}, without a copy.
   *
   * @throws io.mobula.error.StoreFullException when there is no room, after waiting for
   *     {@code mobula.store.full-timeout}
   */
  ObjectBuffer create(long bytes);

  /**
   * Waits for all values and returns them in order; throws the first failure as soon as it is
   * known.
   */
  <T extends @Nullable Object> List<T> get(Collection<? extends ObjectRef<? extends T>> refs);

  /** Waits for all values for at most {@code timeout} in all; see {@link #get(Collection)}. */
  <T extends @Nullable Object> List<T> get(
      Collection<? extends ObjectRef<? extends T>> refs, Duration timeout);

  /**
   * Waits until {@code count} of the refs have a value or a failure, or until {@code timeout} has
   * passed.
   *
   * @throws io.mobula.error.InvalidRequestException when a ref occurs twice, {@code count} is below
   *     1 or above the number of refs, or the timeout is negative
   */
  <T extends ObjectRef<?>> WaitResult<T> wait(Collection<T> refs, int count, Duration timeout);

  /**
   * Returns the living actor of that name.
   *
   * @throws io.mobula.error.ActorNameException when there is no such actor, or it has been created
   *     and has another type
   */
  <A> ActorHandle<A> actorNamed(String name, Class<A> type);

  /**
   * Returns the living actor of that name, or empty when there is none.
   *
   * @throws io.mobula.error.ActorNameException when there is one that has been created and has
   *     another type
   */
  <A> Optional<ActorHandle<A>> findActor(String name, Class<A> type);

  /** Returns a builder of a placement group; see {@link PlacementGroup}. */
  default PlacementGroupCall placementGroup() {
    return PlacementGroupCall.of(this);
  }

  /**
   * Returns the living placement group of that name. Asks the group scheduler.
   *
   * @throws io.mobula.error.PlacementGroupException when there is no such group, or no answer
   */
  PlacementGroup placementGroup(String name);

  /** Returns all living placement groups, oldest first. Asks the group scheduler. */
  List<PlacementGroup> placementGroups();

  /**
   * Starts an Akka actor on a node that has these resources, which the actor holds until it stops.
   * It is an ordinary actor: watched, stopped and supervised as any other, and not restarted when
   * its node dies. It stops with the node that hosts it.
   *
   * @param factory creates the behavior on that node
   * @param name part of the actor's path; need not be unique
   * @param resources resources the actor holds; {@link Resources#none()} to allow any node
   * @param placement which of the possible nodes to use
   * @return the actor once it has started; fails with {@link io.mobula.error.TaskFailedException}
   *     when the factory throws, and with {@link io.mobula.error.NodeLostException} when the node
   *     dies before
   */
  <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources, Placement placement);

  /**
   * Starts an Akka actor on any node that has these resources; see {@link #spawn(BehaviorFactory,
   * String, Resources, Placement)}.
   */
  default <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources) {
    return spawn(factory, name, resources, Placement.anywhere());
  }

  /**
   * Sends an Akka actor a message of its own protocol when a value is ready, as
   * {@code ActorContext.pipeToSelf} does for futures.
   *
   * @param message creates the message from the value or, if that is null, from the failure
   */
  default <T, R extends @Nullable Object> void pipeToSelf(
      ActorContext<T> self,
      ObjectRef<R> ref,
      BiFunction<@Nullable R, @Nullable Throwable, T> message) {
    self.pipeToSelf(ref.toCompletableFuture(), message::apply);
  }

  /**
   * Returns the total resources of all nodes; asks them and waits for the answers. {@link #nodes()}
   * has the resources of each node. A node without a cluster answers at once.
   *
   * @throws io.mobula.error.GetTimeoutException when not all nodes have answered within 10 s
   * @throws io.mobula.error.WaitInterruptedException when the thread is interrupted
   * @throws io.mobula.error.RuntimeClosedException when the runtime is closed
   */
  Resources totalResources();

  /**
   * Returns the free resources of all nodes; asks them and waits for the answers. A CPU that tasks
   * took back after waiting may make the amount zero for a while, never negative.
   *
   * @throws io.mobula.error.GetTimeoutException when not all nodes have answered within 10 s
   * @throws io.mobula.error.WaitInterruptedException when the thread is interrupted
   * @throws io.mobula.error.RuntimeClosedException when the runtime is closed
   */
  Resources availableResources();

  /**
   * Returns the work that waits for resources, for its arguments or for a busy actor, with the
   * reasons: at most a thousand entries, oldest first. All waiting calls of an actor are one entry,
   * which has their number. Asks all nodes and waits for the answers.
   *
   * @throws io.mobula.error.GetTimeoutException when not all nodes have answered within 10 s
   * @throws io.mobula.error.WaitInterruptedException when the thread is interrupted
   * @throws io.mobula.error.RuntimeClosedException when the runtime is closed
   */
  List<WaitingWork> waiting();

  /**
   * Returns why a ref has no value yet: the chain from the ref over tasks, queues, ledgers, actors
   * and other processes to the part that must act next, as of one moment. Messages of timeouts
   * contain the same kind of chain. Asks actors and one other process, and waits for their answers
   * for a second at most.
   */
  WaitReport whyPending(ObjectRef<?> ref);

  /**
   * Returns everything in this process that has no outcome yet: tasks (also those of other
   * processes that run here), calls of actors, placement groups that are not ready, requests to
   * other processes, and all threads that block in the runtime; at most a thousand entries. Follows
   * the chain of each, and waits for answers for a second at most.
   */
  List<WaitReport> pending();

  /**
   * Returns the frame traffic between the processes of the cluster; asks all processes and waits
   * for the answers. Each process reports the 256 peers to which it has most to send. Empty for a
   * node that is not in a cluster.
   *
   * @throws io.mobula.error.GetTimeoutException when not all nodes have answered within 10 s
   * @throws io.mobula.error.WaitInterruptedException when the thread is interrupted
   * @throws io.mobula.error.RuntimeClosedException when the runtime is closed
   */
  List<PeerChannelInfo> peerChannels();

  /**
   * Returns all processes of the cluster, this one first; only this one for a node that is not in a
   * cluster. Blocks until this node's ledger has answered.
   *
   * @throws io.mobula.error.GetTimeoutException when the ledger has not answered within 10 s
   * @throws io.mobula.error.WaitInterruptedException when the thread is interrupted
   * @throws io.mobula.error.RuntimeClosedException when the runtime is closed
   */
  List<NodeInfo> nodes();

  /**
   * Asks a process of the cluster to leave and close, as if its own program had closed it, and
   * returns at once; {@link #nodes} shows when it has left.
   *
   * @throws io.mobula.error.InvalidRequestException when the process is not in the cluster, or no
   *     longer
   */
  void dismiss(NodeId node);

  /**
   * Returns the name of the cluster, {@code default} if none was set; also for a node that is not
   * in a cluster.
   */
  String clusterName();

  /** Returns how many bytes of store memory are in use, the capacity, and how much is on disk. */
  StoreUsage storeUsage();

  /** Returns whether {@link #close} has been called. */
  boolean isClosed();

  /**
   * Waits until {@link #close} has finished, whichever thread or process started it: other
   * processes may ask a node to leave.
   *
   * @return whether closing has finished within the timeout
   */
  boolean awaitClosed(Duration timeout) throws InterruptedException;

  /**
   * Stops the node: it leaves its cluster, running work is interrupted, pending refs fail, store
   * memory is freed and threads end. Returns after {@code mobula.close-timeout} at the latest (5 s
   * by default); for a member of a cluster, {@code mobula.cluster.leave-timeout} (30 s) is added.
   * Closing again does nothing.
   */
  @Override
  void close();

  /**
   * Work that waits to run.
   *
   * @param what name and id of the work
   * @param wants resources that it requests
   * @param why what it waits for
   */
  record WaitingWork(String what, Resources wants, String why) {}

  /**
   * Usage of the object store.
   *
   * @param usedBytes bytes in use by objects
   * @param capacityBytes the capacity
   * @param objects number of objects in store memory
   * @param spilledBytes bytes of objects that are on disk and not in store memory
   * @param spilledObjects number of those objects
   */
  record StoreUsage(
      long usedBytes, long capacityBytes, long objects, long spilledBytes, long spilledObjects) {}
}
