package io.mobula.internal.store;

import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.NodeId;
import io.mobula.ObjectBuffer;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.WaitResult;
import io.mobula.error.ForeignRefException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.execution.ElasticPool;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.lane.SpinWait;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.WritableBlock;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Object store of one node. Safe for all threads; only {@code get} and {@code wait} block the
 * caller's.
 */
public final class ObjectStore {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectStore.class);

  private final NodeId node;
  private final SharedStore memory;
  private final Evictor evictor;
  private final ContentConverter converter;
  private final StoreLifecycle lifecycle;
  private final StoreThreads threads;
  private final DeadlockDetector deadlockDetector;
  private final ObjectWaiter objectWaiter;
  private final ArgumentAdmission arguments;
  private final StoreAllocator room;
  private final AtomicLong tasks = new AtomicLong();
  private volatile boolean hasExporter;
  private volatile UnaryOperator<ObjectEntry> exporter = entry -> {
    throw new ForeignRefException(
        "Object " + entry.id() + " cannot leave node " + node() + ", which is in no cluster.");
  };

  /**
   * Limits and spilling of a store.
   *
   * @param inlineLimit the largest size in bytes of a value that stays in the heap
   * @param fullTimeout how long a {@code put} waits for memory
   * @param spilling where values are spilled when memory is full
   */
  public record Limits(long inlineLimit, Duration fullTimeout, SpillConfig spilling) {
    /** Creates the limits of a store that does not spill. */
    public Limits(long inlineLimit, Duration fullTimeout) {
      this(inlineLimit, fullTimeout, SpillConfig.NONE);
    }
  }

  /**
   * Creates a store, which takes over the memory: {@link #close} closes it.
   *
   * @param callbacks runs what users attached to futures
   */
  public ObjectStore(
      NodeId node, Codec codec, SharedStore memory, Limits limits, Executor callbacks) {
    this(node, codec, memory, limits, callbacks, ElasticPool::create);
  }

  /** Creates a store with threads of the caller's making. */
  public ObjectStore(
      NodeId node,
      Codec codec,
      SharedStore memory,
      Limits limits,
      Executor callbacks,
      StoreThreads.ExecutorFactory executors) {
    this.node = node;
    this.memory = memory;
    this.lifecycle = new StoreLifecycle(node);
    this.threads = new StoreThreads(callbacks, executors);
    this.deadlockDetector = new DeadlockDetector(node);
    this.objectWaiter = new ObjectWaiter(this, deadlockDetector);
    var spillConfig = limits.spilling();
    var target = spillConfig.open();
    var writers = target == null ? null : new SpillWriters(target, executors);
    this.room = new StoreAllocator(
        lifecycle, threads, memory, limits.fullTimeout(), writers, spillConfig.threshold());
    this.evictor = room.evictor();
    this.arguments = new ArgumentAdmission(node, room);
    this.converter = new ContentConverter(this, codec, memory, limits.inlineLimit(), room);
  }

  /**
   * Sets the function that prepares an entry for other processes; see {@link #export}. Called once,
   * before the first ref is made.
   */
  public void setExporter(UnaryOperator<ObjectEntry> sharing) {
    this.exporter = sharing;
    this.hasExporter = true;
  }

  /** Prepares an entry whose ref is about to leave this process, so that others may hold it. */
  public ObjectId export(ObjectEntry entry) {
    return exporter.apply(entry).id();
  }

  /**
   * Sets the listener that is called when memory is full and unreachable refs of other processes
   * may be the reason.
   */
  public void onFull(Runnable listener) {
    room.onFull(listener);
  }

  /** Sets the spin wait of this node's threads. Called once, before there is work. */
  public void setSpinWait(SpinWait with) {
    objectWaiter.setSpinWait(with);
  }

  /** Returns the spin wait of this node's threads. */
  public SpinWait spinWait() {
    return objectWaiter.spinWait();
  }

  /** Returns the threads on which work of this store runs. */
  public StoreThreads threads() {
    return threads;
  }

  /** Returns the converter between values and what the store keeps of them. */
  public ContentConverter converter() {
    return converter;
  }

  /** Returns the detector of waits that can never end. */
  public DeadlockDetector deadlockDetector() {
    return deadlockDetector;
  }

  /** Returns the node of this store. */
  public NodeId node() {
    return node;
  }

  /** Returns the number of the next task, from one; the ids of its results follow from it. */
  public long nextTask() {
    return tasks.incrementAndGet();
  }

  /** Creates the entry of an object that is completed later. */
  public ObjectEntry createPending(long task, int index, @Nullable ValueProducer producer) {
    return createPending(new ObjectId(node.incarnation(), task, index), producer);
  }

  /** Creates a pending entry with an id that another process may have made. */
  public ObjectEntry createPending(ObjectId id, @Nullable ValueProducer producer) {
    return new ObjectEntry(this, id, producer);
  }

  /** Creates a ref to the entry. */
  public <T extends @Nullable Object> EntryRef<T> ref(ObjectEntry entry) {
    return new EntryRef<>(entry);
  }

  /** Stores a value; see {@link io.mobula.MobulaRuntime#put}. */
  public <T extends @Nullable Object> ObjectRef<T> put(T value) {
    requireOpen();
    if (value instanceof ObjectRef<?>) {
      throw new InvalidRequestException(
          "put was given an ObjectRef. Pass the ref itself on, or put what it refers to.");
    }
    return stored(converter.snapshot(value, Long.MAX_VALUE));
  }

  private <T extends @Nullable Object> ObjectRef<T> stored(ObjectContent content) {
    return ref(createEntry(content));
  }

  /** Creates an entry that has its value already, and that nothing holds yet. */
  public ObjectEntry createEntry(ObjectContent content) {
    return new ObjectEntry(this, new ObjectId(node.incarnation(), nextTask(), 0), content);
  }

  /** Ends the open views that nobody uses, of values that are still held. */
  public void endIdleViews() {
    room.idleViews().endAll();
  }

  /** Creates the views for a call of the calling thread that is about to read large arguments. */
  public CallArgumentViews openArgumentViews() {
    return new CallArgumentViews(arguments);
  }

  /**
   * Allocates memory for all arguments of a call, when the call is admitted, and fetches them; see
   * {@link ArgumentAdmission}.
   */
  public FetchedArguments fetchArguments(Object function, Object[] parts) {
    return arguments.fetch(function, parts);
  }

  /** Allocates memory for the bytes of another node's object; waits for it as {@code put} does. */
  public WritableBlock allocate(long bytes) {
    return room.allocate(bytes);
  }

  /**
   * Encodes the exception of a failure, if there are other processes, so that sending the failure
   * calls no method of the program's exception. For the thread that ran the program's code.
   */
  public ObjectFailure withEncodedException(ObjectFailure failure) {
    return hasExporter ? converter.withEncodedException(failure) : failure;
  }

  /** Returns the value of an entry that is ready; waits for its bytes for as long as it takes. */
  public @Nullable Object valueOf(ObjectEntry entry) {
    return converter.materialize(entry.content());
  }

  /** Returns the value of an entry that is ready, with views that end with the arena. */
  public @Nullable Object valueOf(ObjectEntry entry, Arena arena) {
    return converter.materialize(entry.content(), arena);
  }

  private @Nullable Object valueOf(ObjectEntry entry, Deadline deadline) {
    return converter.materialize(
        entry.content(), new ReadDeadline(deadline, entry), ViewLifetime.UNTIL_UNREACHABLE);
  }

  /** Starts to fetch or restore the bytes once the entry is ready, for later readers. */
  void prefetch(ObjectEntry entry) {
    CompletionListener start = ready -> {
      switch (ready.outcome()) {
        case ObjectContent.RemoteValue(var remote) -> remote.fetch();
        case ObjectContent.Sealed sealed when sealed.address() == null -> sealed.startRestore();
        case null, default -> {}
      }
    };
    if (!entry.await(start)) {
      start.onReady(entry);
    }
  }

  /** Allocates memory for a value that the caller fills in place. */
  public ObjectBuffer create(long bytes) {
    if (bytes < 0) {
      throw new InvalidRequestException(
          "Wanted room for " + bytes + " bytes: a size cannot be negative.");
    }
    requireOpen();
    return new InPlaceBuffer(this, converter.allocateInPlace(bytes), bytes);
  }

  @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"
  }) // a ref knows its type, an entry does not
  <T extends @Nullable Object> T get(ObjectEntry entry, Deadline deadline) {
    requireOpen();
    objectWaiter.await(entry, deadline);
    return (T) valueOf(entry, deadline);
  }

  @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"
  }) // a ref knows its type, an entry does not
  <T extends @Nullable Object> T get(ObjectEntry entry, Arena arena) {
    requireOpen();
    objectWaiter.await(entry, Deadline.NEVER);
    return (T) valueOf(entry, arena);
  }

  /**
   * Returns the values of all refs; see {@link io.mobula.MobulaRuntime#get(Collection, Duration)}.
   */
  @SuppressWarnings("unchecked")
  public <T extends @Nullable Object> List<T> get(
      Collection<? extends ObjectRef<? extends T>> refs, Deadline deadline) {
    var entries = objectWaiter.awaitAll(refs, deadline);
    var result = new ArrayList<T>(entries.length);
    for (var entry : entries) {
      result.add((T) valueOf(entry, deadline));
    }
    return result;
  }

  /** Waits for some of the refs; see {@link io.mobula.MobulaRuntime#wait}. */
  public <R extends ObjectRef<?>> WaitResult<R> wait(
      Collection<R> refs, int count, Deadline deadline) {
    return objectWaiter.awaitSome(refs, count, deadline);
  }

  @SuppressWarnings("unchecked")
  <T extends @Nullable Object> CompletableFuture<T> toFuture(ObjectEntry entry) {
    var future = new CompletableFuture<T>();
    entry.retain(); // the future has a value even if its ref is closed meanwhile
    Runnable complete = () -> {
      try {
        future.complete((T) valueOf(entry));
      } catch (Throwable failure) { // an Error, too: the future must complete
        future.completeExceptionally(failure);
      } finally {
        entry.release();
      }
    };
    CompletionListener callBack = ready -> {
      try {
        threads.requireCallback(complete);
      } catch (RejectedExecutionException closing) {
        entry.release();
        future.completeExceptionally(lifecycle.closedException());
      }
    };
    if (!entry.await(callBack)) {
      callBack.onReady(entry);
    }
    return future;
  }

  /**
   * Runs {@code then} once, soon after the collector has found {@code token} unreachable; see
   * {@link SharedStore}.
   */
  public void whenUnreachable(Object token, Runnable then) {
    memory.whenUnreachable(token, then);
  }

  /**
   * Returns the number of refs, views and handles that the collector has found unreachable so far.
   */
  public long unreachableCount() {
    return memory.unreachableCount();
  }

  /** Returns how much memory and disk space is in use. */
  public StoreUsage usage() {
    return new StoreUsage(
        memory.usedBytes(),
        memory.capacityBytes(),
        memory.objectCount(),
        evictor.spilledBytes(),
        evictor.spilledObjects());
  }

  /** Throws after {@link #refuseMore} or {@link #close}. */
  public void requireOpen() {
    lifecycle.requireOpen();
  }

  /**
   * Refuses all further requests with a {@link RuntimeClosedException}. The memory stays until
   * {@link #close}.
   *
   * @param why the reason, as the rest of a sentence about the node
   */
  public void refuseMore(String why) {
    lifecycle.leave(why);
  }

  /** Returns whether the store refuses requests. */
  public boolean isClosed() {
    return !lifecycle.isOpen();
  }

  /** Frees the memory; views of it stay readable until they are collected. */
  public void close() {
    lifecycle.close();
    threads.shutdown();
    memory.close();
    try {
      if (!threads.awaitBackgroundWork()) {
        LOG.warn("The store of node {} closed while objects were still being fetched.", node);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
