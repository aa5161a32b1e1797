package io.mobula.internal.store;

import io.mobula.DType;
import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.NodeId;
import io.mobula.ObjectBuffer;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.Tensor;
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
 * The objects of one node. Safe for all threads; {@code get} and {@code wait} block the caller's,
 * nothing else does.
 */
public final class ObjectStore {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectStore.class);
  private static final int MOST_MOVERS = 32;
  private static final int MOST_OPENERS = 8;
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
   * How a store is made.
   *
   * @param inlineLimit up to how many bytes a value stays in the heap
   * @param fullTimeout how long a {@code put} waits for room
   * @param spilling where values go when there is none
   */
  public record Limits(long inlineLimit, Duration fullTimeout, SpillConfig spilling) {
    /** A store that spills nothing. */
    public Limits(long inlineLimit, Duration fullTimeout) {
      this(inlineLimit, fullTimeout, SpillConfig.NONE);
    }
  }

  /** Makes the threads that move values and open files. */
  @FunctionalInterface
  public interface ExecutorFactory {
    /**
     * Starts none yet.
     *
     * @param name the prefix of the threads' names
     * @param most how many threads at the same time
     */
    ExecutorService create(String name, int most);
  }

  /**
   * Takes over the memory, which {@link #close} closes.
   *
   * @param callbacks runs what users attached to futures
   */
  public ObjectStore(
      NodeId node, Codec codec, SharedStore memory, Limits limits, Executor callbacks) {
    this(node, codec, memory, limits, callbacks, ElasticPool::create);
  }

  /** The same, with threads of the caller's making. */
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
    this.movers = executors.create("mobula-mover", MOST_MOVERS);
    this.openers = executors.create("mobula-opener", MOST_OPENERS);
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

  /** How refs leave this process; see {@link #export}. Set once, before the first ref is made. */
  public void setExporter(UnaryOperator<ObjectEntry> sharing) {
    this.exporter = sharing;
    this.hasExporter = true;
  }

  /** The entry's ref is about to leave this process, so that others may hold it. */
  public ObjectId export(ObjectEntry entry) {
    return exporter.apply(entry).id();
  }

  /** Whom to tell that memory is full and forgotten refs of other processes may be why. */
  public void onFull(Runnable listener) {
    onFull = listener;
  }

  /** What threads of this node do while they wait; set once, before there is work. */
  public void spinWait(SpinWait with) {
    objectWaiter.spinWait(with);
  }

  /** See {@link #spinWait(SpinWait)}. */
  public SpinWait spinWait() {
    return objectWaiter.spinWait();
  }

  void notifyFull() {
    onFull.run();
  }

  /** Finds waits that can never end. */
  public DeadlockDetector deadlockDetector() {
    return deadlockDetector;
  }

  /** Whose store this is. */
  public NodeId node() {
    return node;
  }

  /** A number for the next task, from one; its results' ids follow from it. */
  public long nextTask() {
    return tasks.incrementAndGet();
  }

  /** An object that somebody will complete. */
  public ObjectEntry createPending(long task, int index, @Nullable ValueProducer producer) {
    return createPending(new ObjectId(node.incarnation(), task, index), producer);
  }

  /** The same for an object whose id another process may have made. */
  public ObjectEntry createPending(ObjectId id, @Nullable ValueProducer producer) {
    return new ObjectEntry(this, id, producer);
  }

  /** A new ref to it. */
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

  /** An object that has its value already; nothing holds it yet. */
  public ObjectEntry createEntry(ObjectContent content) {
    var entry = createPending(nextTask(), 0, null);
    entry.retain();
    entry.complete(content);
    entry.unretain();
    return entry;
  }

  /** See {@link ContentConverter#snapshot}. */
  public ObjectContent snapshot(@Nullable Object value, long inlineBudget) {
    return converter.snapshot(value, inlineBudget);
  }

  /** See {@link ContentConverter#materialize}; waits for as long as it takes. */
  public @Nullable Object materialize(ObjectContent content) {
    return converter.materialize(content, ReadDeadline.ENDLESS, ViewLifetime.UNTIL_UNREACHABLE);
  }

  /** As {@link #materialize(ObjectContent)}; views end with the arena. */
  public @Nullable Object materialize(ObjectContent content, Arena arena) {
    return converter.materialize(content, ReadDeadline.ENDLESS, ViewLifetime.until(arena));
  }

  /** Ends the views that nobody has, of values that somebody still holds. */
  public void endIdleViews() {
    room.idleViews().endAll();
  }

  /** For a call of the calling thread that is about to read large arguments. */
  public CallArgumentViews openArgumentViews() {
    return new CallArgumentViews(arguments);
  }

  /**
   * Takes room for all arguments of a call, in its turn, and has them brought:
   * {@link ArgumentAdmission}.
   */
  public FetchedArguments fetchArguments(Object function, Object[] parts) {
    return arguments.fetch(function, parts);
  }

  /** See {@link ContentConverter#flatten}. */
  public @Nullable FlatValue flatten(ObjectContent content, long most) {
    return converter.flatten(content, most);
  }

  /** A content from another process. */
  public ObjectContent unflatten(FlatValue flat) {
    return ContentConverter.unflatten(flat);
  }

  /** Room for the bytes of another node's object; waits for it as {@code put} does. */
  public WritableBlock allocate(long bytes) {
    requireOpen();
    return converter.allocate(bytes);
  }

  /**
   * A copy of its own of a value that is in another process; waits for it as {@code get} does, and
   * for room as {@code put} does.
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
   * The failure with what a program's code has thrown written already, if there are other
   * processes: no method of it is called by whoever tells them. For the thread that ran the code.
   */
  public ObjectFailure withEncodedException(ObjectFailure failure) {
    return hasExporter ? converter.withEncodedException(failure) : failure;
  }

  /** The bytes of a failure for another process. */
  public byte[] flatten(ObjectFailure failure) {
    return converter.flatten(failure);
  }

  /** A failure from another process. */
  public ObjectFailure readFailure(byte[] flat) {
    return converter.readFailure(flat);
  }

  /** See {@link ContentConverter#plain}. */
  public byte @Nullable [] plain(ObjectContent content) {
    return converter.plain(content);
  }

  /** What {@link #plain} gave in another process. */
  public ObjectContent plain(byte[] bytes, List<HeldRef> edges) {
    return ContentConverter.plain(bytes, edges);
  }

  /** The value of an entry that is ready; waits for its bytes for as long as it takes. */
  public @Nullable Object valueOf(ObjectEntry entry) {
    return materialize(entry.content());
  }

  /** As {@link #valueOf(ObjectEntry)}; views end with the arena. */
  public @Nullable Object valueOf(ObjectEntry entry, Arena arena) {
    return materialize(entry.content(), arena);
  }

  private @Nullable Object valueOf(ObjectEntry entry, Deadline deadline) {
    return converter.materialize(
        entry.content(), new ReadDeadline(deadline, entry), ViewLifetime.UNTIL_UNREACHABLE);
  }

  /** Has the bytes brought here once there are any, for whoever reads them later. */
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

  /** Room for a value that is made in place. */
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

  /** See {@link io.mobula.MobulaRuntime#get(Collection, Duration)}. */
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

  /** See {@link io.mobula.MobulaRuntime#wait}. */
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
      } catch (Throwable failure) { // an Error, too: a future that never ends helps nobody
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
   * Runs {@code then} once, soon after the collector has found {@code anchor} unreachable; see
   * {@link SharedStore}.
   */
  public void whenUnreachable(Object anchor, Runnable then) {
    memory.whenUnreachable(anchor, then);
  }

  /** How many refs, views and handles the collector has found unreachable so far. */
  public long unreachableCount() {
    return memory.unreachableCount();
  }

  /**
   * Runs what may run users' code, on a thread of its own; in the calling one when the node closes.
   */
  public void runCallback(Runnable action) {
    try {
      callbacks.execute(action);
    } catch (RejectedExecutionException closing) {
      action.run();
    }
  }

  /**
   * Runs what may wait for room, for disks and for other nodes, on a thread of the store; in the
   * calling one when the store closes, where it is refused at once.
   *
   * <p>It must not wait for other work of these threads. Users' code never runs there, or enough of
   * it that waits would keep what it waits for from coming.
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

  /** Whoever waits for it must not wait in vain. */
  private static void runForOthers(Runnable work) {
    try {
      work.run();
    } catch (Throwable broken) {
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("Work of the store has failed", broken);
    }
  }

  /**
   * Runs what makes, opens and maps files of this host, and waits for nothing else; in the calling
   * thread when the store closes. Apart from {@link #runCallback}, whose threads users' code may
   * keep, and from {@link #runInBackground}, which waits for what this brings.
   */
  public void runFileWork(Runnable work) {
    run(openers, work);
  }

  /** What is in use. */
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

  /** Refuses to go on after {@link #refuseMore} or {@link #close}. */
  public void requireOpen() {
    if (refusing) {
      throw closedException();
    }
  }

  /** Refuses to go on after {@link #close}. */
  void requireMemory() {
    if (closed) {
      throw closedException();
    }
  }

  /**
   * Answers nothing any more but with {@link RuntimeClosedException}. The memory stays until
   * {@link #close}.
   *
   * @param why as the rest of a sentence about the node
   */
  public void refuseMore(String why) {
    if (!refusing) {
      this.why = why;
      refusing = true;
    }
  }

  /** Whether it answers no more. */
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

  /** Room that one thread fills. */
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
