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
import io.mobula.error.StoreException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.execution.ElasticPool;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.lane.SpinWait;
import io.mobula.internal.memory.SealedObject;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.internal.process.HeapExhaustion;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
  private static final int MAX_FETCH_THREADS = 32;
  private static final int MAX_OPEN_THREADS = 8;
  private static final long LAST_MOVES_SECONDS = 1;

  private final NodeId node;
  private final SharedStore memory;
  private final Evictor evictor;
  private final ContentConverter converter;
  private final Executor callbacks;
  private final ExecutorService movers;
  private final ExecutorService openers;
  private final DeadlockDetector deadlockDetector;
  private final ObjectWaiter objectWaiter;
  private final ArgumentAdmission arguments;
  private final StoreAllocator room;
  private final AtomicLong tasks = new AtomicLong();
  private volatile Runnable onFull = () -> {};
  private volatile String why = "it was closed";
  private volatile boolean refusing;
  private volatile boolean closed;
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

  /** Factory of the threads that move values and open files. */
  @FunctionalInterface
  public interface ExecutorFactory {
    /**
     * Creates an executor, which has no thread yet.
     *
     * @param name the prefix of the threads' names
     * @param max the largest number of threads at the same time
     */
    ExecutorService create(String name, int max);
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
      ExecutorFactory executors) {
    this.node = node;
    this.memory = memory;
    this.callbacks = callbacks;
    this.movers = executors.create("mobula-fetch", MAX_FETCH_THREADS);
    this.openers = executors.create("mobula-file-open", MAX_OPEN_THREADS);
    this.deadlockDetector = new DeadlockDetector(node);
    this.objectWaiter = new ObjectWaiter(this, deadlockDetector);
    var spillConfig = limits.spilling();
    var target = spillConfig.open();
    var writers = target == null ? null : new SpillWriters(target, executors);
    this.room =
        new StoreAllocator(this, memory, limits.fullTimeout(), writers, spillConfig.threshold());
    this.evictor = room.evictor();
    this.arguments = new ArgumentAdmission(this, room);
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
    onFull = listener;
  }

  /** Sets the spin wait of this node's threads. Called once, before there is work. */
  public void setSpinWait(SpinWait with) {
    objectWaiter.setSpinWait(with);
  }

  /** Returns the spin wait of this node's threads. */
  public SpinWait spinWait() {
    return objectWaiter.spinWait();
  }

  void notifyFull() {
    onFull.run();
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
    var entry = createPending(nextTask(), 0, null);
    entry.retain();
    entry.complete(content);
    entry.unretain();
    return entry;
  }

  /** Converts a value to a content; see {@link ContentConverter#snapshot}. */
  public ObjectContent snapshot(@Nullable Object value, long inlineBudget) {
    return converter.snapshot(value, inlineBudget);
  }

  /**
   * Creates the value of a content, waiting for as long as it takes; see
   * {@link ContentConverter#materialize}.
   */
  public @Nullable Object materialize(ObjectContent content) {
    return converter.materialize(content, ReadDeadline.ENDLESS, ViewLifetime.UNTIL_UNREACHABLE);
  }

  /** Creates the value of a content, with views that end with the arena. */
  public @Nullable Object materialize(ObjectContent content, Arena arena) {
    return converter.materialize(content, ReadDeadline.ENDLESS, ViewLifetime.until(arena));
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

  /** Converts a content to one array of bytes; see {@link ContentConverter#flatten}. */
  public @Nullable FlatValue flatten(ObjectContent content, long max) {
    return converter.flatten(content, max);
  }

  /** Creates the content of a value from another process. */
  public ObjectContent unflatten(FlatValue flat) {
    return ContentConverter.unflatten(flat);
  }

  /** Allocates memory for the bytes of another node's object; waits for it as {@code put} does. */
  public WritableBlock allocate(long bytes) {
    requireOpen();
    return converter.allocate(bytes);
  }

  /**
   * Copies a value of another process into this store. Waits for the value as {@code get} does, and
   * for memory as {@code put} does.
   */
  public ObjectContent copyOf(
      ObjectContent.RemoteValue theirs, List<HeldRef> edges, Deadline deadline) {
    var readDeadline = new ReadDeadline(deadline, "An object of a leaving node");
    return FetchWait.readRemote(theirs, readDeadline, content -> {
      if (content instanceof ObjectContent.Sealed sealed) {
        return copyOf(sealed, edges);
      }
      throw new StoreException("It is not in anybody's store.", null);
    });
  }

  private ObjectContent copyOf(ObjectContent.Sealed theirs, List<HeldRef> edges) {
    var kept = new ArrayList<HeldRef>(edges.size());
    for (var edge : edges) {
      var entry = edge.heldEntry();
      kept.add(
          entry != null
              ? EntryRef.edge(entry)
              : ((HeldRef.Holdable) edge.newReference()).hold(this));
    }
    try (var held = theirs.acquirePin()) {
      return converter.createSealed(sealedCopy(held.bytes()), kept, theirs.views());
    } catch (RuntimeException | Error e) {
      kept.forEach(HeldRef::release);
      throw e;
    }
  }

  private SealedObject sealedCopy(MemorySegment bytes) {
    var block = allocate(bytes.byteSize());
    try {
      block.segment().copyFrom(bytes);
      return block.seal();
    } catch (RuntimeException | Error e) {
      block.abandon();
      throw e;
    }
  }

  /** Seals a copy of another node's object. */
  public ObjectContent.Sealed sealFetched(WritableBlock block, List<HeldRef> edges, boolean views) {
    return converter.createSealed(block.seal(), edges, views);
  }

  /**
   * Encodes the exception of a failure, if there are other processes, so that sending the failure
   * calls no method of the program's exception. For the thread that ran the program's code.
   */
  public ObjectFailure withEncodedException(ObjectFailure failure) {
    return hasExporter ? converter.withEncodedException(failure) : failure;
  }

  /** Encodes a failure for another process. */
  public byte[] flatten(ObjectFailure failure) {
    return converter.flatten(failure);
  }

  /** Reads a failure of another process. */
  public ObjectFailure readFailure(byte[] flat) {
    return converter.readFailure(flat);
  }

  /**
   * Returns the bytes of a small value without buffers; see {@link ContentConverter#encodePlain}.
   */
  public byte @Nullable [] encodePlain(ObjectContent content) {
    return converter.encodePlain(content);
  }

  /** Creates a content from the bytes that {@link #encodePlain} returned in another process. */
  public ObjectContent decodePlain(byte[] bytes, List<HeldRef> edges) {
    return ContentConverter.decodePlain(bytes, edges);
  }

  /** Returns the value of an entry that is ready; waits for its bytes for as long as it takes. */
  public @Nullable Object valueOf(ObjectEntry entry) {
    return materialize(entry.content());
  }

  /** Returns the value of an entry that is ready, with views that end with the arena. */
  public @Nullable Object valueOf(ObjectEntry entry, Arena arena) {
    return materialize(entry.content(), arena);
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
    return new InPlaceBuffer(converter.allocateInPlace(bytes), bytes);
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
        callbacks.execute(complete);
      } catch (RejectedExecutionException closing) {
        entry.release();
        future.completeExceptionally(closedException());
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

  /**
   * Runs an action that may run users' code, on a thread of its own; in the calling thread when the
   * node closes.
   */
  public void runCallback(Runnable action) {
    try {
      callbacks.execute(action);
    } catch (RejectedExecutionException closing) {
      action.run();
    }
  }

  /**
   * Runs work that may wait for memory, disks and other nodes, on a background thread of the store;
   * in the calling thread when the store closes, where such waits are refused at once.
   *
   * <p>The work must not wait for other work of these threads. Users' code never runs there: if
   * enough of it waited, the work that it waits for could not run.
   */
  public void runInBackground(Runnable work) {
    run(movers, work);
  }

  private static void run(Executor threads, Runnable work) {
    try {
      threads.execute(() -> runForOthers(work));
    } catch (RejectedExecutionException closing) {
      work.run();
    }
  }

  /** Runs the work and logs its failure, so that whoever waits for it is not left waiting. */
  private static void runForOthers(Runnable work) {
    try {
      work.run();
    } catch (Throwable broken) {
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("Work of the store has failed", broken);
    }
  }

  /**
   * Runs work that creates, opens and maps files of this host and waits for nothing else; in the
   * calling thread when the store closes. These threads are separate from those of
   * {@link #runCallback}, which users' code may occupy, and of {@link #runInBackground}, which wait
   * for such files.
   */
  public void runFileWork(Runnable work) {
    run(openers, work);
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

  private RuntimeClosedException closedException() {
    return new RuntimeClosedException("The runtime of node " + node + " is closed: " + why
        + ". Open another with Mobula.init().");
  }

  /** Throws after {@link #refuseMore} or {@link #close}. */
  public void requireOpen() {
    if (refusing) {
      throw closedException();
    }
  }

  /** Throws if the store is closed by {@link #close}. */
  void requireMemory() {
    if (closed) {
      throw closedException();
    }
  }

  /**
   * Refuses all further requests with a {@link RuntimeClosedException}. The memory stays until
   * {@link #close}.
   *
   * @param why the reason, as the rest of a sentence about the node
   */
  public void refuseMore(String why) {
    if (!refusing) {
      this.why = why;
      refusing = true;
    }
  }

  /** Returns whether the store refuses requests. */
  public boolean isClosed() {
    return refusing;
  }

  /** Frees the memory; views of it stay readable until they are collected. */
  public void close() {
    refusing = true;
    closed = true;
    movers.shutdown();
    openers.shutdown();
    memory.close();
    try {
      if (!movers.awaitTermination(LAST_MOVES_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("The store of node {} closed while objects were still being moved.", node);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Memory that one thread fills and then seals. */
  private final class InPlaceBuffer implements ObjectBuffer {
    private final WritableBlock block;
    private final MemorySegment body;
    private boolean done;

    InPlaceBuffer(WritableBlock block, long bytes) {
      this.block = block;
      this.body = block.segment().asSlice(SealedLayout.FRONT, bytes);
    }

    @Override
    public MemorySegment segment() {
      requireUnsealed();
      return body;
    }

    @Override
    public ObjectRef<MemorySegment> seal() {
      return sealAs(body);
    }

    @Override
    public ObjectRef<Tensor> seal(DType type, long... shape) {
      return sealAs(Tensor.wrap(body, type, shape));
    }

    private void requireUnsealed() {
      if (done) {
        throw new IllegalStateException(
            "This room is sealed or closed already. Create another one.");
      }
    }

    private <T> ObjectRef<T> sealAs(Object described) {
      requireUnsealed();
      requireOpen();
      var content = converter.sealInPlace(block, described);
      done = true;
      return stored(content);
    }

    @Override
    public void close() {
      if (!done) {
        done = true;
        block.abandon();
      }
    }
  }
}
