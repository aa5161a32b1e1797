package io.mobula.internal.call;

import io.mobula.Arguments;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.RemoteFunction;
import io.mobula.error.CodecException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.ObjectLostException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.CallArgumentViews;
import io.mobula.internal.store.CompletionListener;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.FetchedArguments;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * A call with its function and arguments: the function with copies of what it captured, and for
 * each argument either a copy or a reference to the object of its ref. Made in the caller's thread.
 * It may be invoked several times, each time with fresh values.
 */
public final class BoundCall {
  /**
   * Minimum number of viewed bytes for which borrowing is worth its cost: ending the views is then
   * cheap compared to making them.
   */
  private static final long MIN_BORROWED_BYTES = 1 << 20;

  private static final int MAX_NAMED_CHARS = 400;

  // the function itself if it captured nothing mutable, else held like an argument
  private final Object function;
  private final Object[] arguments; // each is an ObjectContent or an ObjectEntry
  private final ObjectStore store;
  private final long heapBytes;
  private volatile @Nullable CompletionListener waiting;
  private final @Nullable Map<String, String> logContext;
  private List<Runnable> loans = List.of();
  private boolean released;

  private BoundCall(
      Object function,
      Object[] arguments,
      ObjectStore store,
      long heapBytes,
      @Nullable Map<String, String> logContext) {
    this.function = function;
    this.arguments = arguments;
    this.store = store;
    this.heapBytes = heapBytes;
    this.logContext = logContext;
  }

  /** Factory of bound calls for one node. */
  public static final class Binder {
    private final ObjectStore store;
    private final Codec codec;
    private final long inlineLimit;

    /**
     * Makes a binder that keeps the arguments of one call in the heap up to {@code inlineLimit}
     * bytes together.
     */
    public Binder(ObjectStore store, Codec codec, long inlineLimit) {
      this.store = store;
      this.codec = codec;
      this.inlineLimit = inlineLimit;
    }

    /**
     * Copies a function and its arguments.
     *
     * @param receivers number of leading parameters of the function that are passed later: 1 for a
     *     method of an actor
     * @throws io.mobula.error.CodecException when something cannot be encoded; nothing is retained
     *     then
     */
    public BoundCall bind(RemoteFunction function, Arguments arguments, int receivers) {
      requireTypes(function, arguments, receivers);
      var bound = new Object[arguments.count()];
      Object kept = snapshotFunction(function);
      long heapBytes = kept instanceof ObjectContent content ? content.heapBytes() : 0;
      int done = 0;
      try {
        for (; done < bound.length; done++) {
          if (arguments.isRef(done)) {
            var ref = (ObjectRef<?>) Objects.requireNonNull(arguments.get(done));
            bound[done] = EntryRef.entryOf(ref, store).retain();
          } else {
            var content = store.snapshot(arguments.get(done), inlineLimit - heapBytes);
            heapBytes += content.heapBytes();
            bound[done] = promoteLarge(content);
          }
        }
      } catch (RuntimeException | Error e) {
        for (int i = 0; i < done; i++) {
          release(bound[i]);
        }
        release(kept);
        throw e;
      }
      return new BoundCall(kept, bound, store, heapBytes, MDC.getCopyOfContextMap());
    }

    /** Copies a function and values, none of which is a ref. */
    public BoundCall bind(RemoteFunction function, List<? extends @Nullable Object> values) {
      Object kept = snapshotFunction(function);
      var bound = new Object[values.size()];
      for (int i = 0; i < bound.length; i++) {
        bound[i] = promoteLarge(store.snapshot(values.get(i), inlineLimit));
      }
      return new BoundCall(kept, bound, store, 0, MDC.getCopyOfContextMap());
    }

    /**
     * Turns content that is too large for a frame into an object of its own, as if it had been put.
     */
    private Object promoteLarge(ObjectContent content) {
      return content instanceof ObjectContent.Sealed sealed && sealed.byteSize() > inlineLimit
          ? store.createEntry(content).retain()
          : content;
    }

    private Object snapshotFunction(RemoteFunction function) {
      return codec.isIsolated(function)
          ? function
          : promoteLarge(store.snapshot(function, inlineLimit));
    }

    /** Copies a function without parameters, with what it captured. */
    public BoundCall bind(RemoteFunction function) {
      Object kept = snapshotFunction(function);
      long heapBytes = kept instanceof ObjectContent content ? content.heapBytes() : 0;
      return new BoundCall(kept, new Object[0], store, heapBytes, MDC.getCopyOfContextMap());
    }

    private static void requireTypes(RemoteFunction function, Arguments arguments, int receivers) {
      var shape = Codec.signatureOf(function);
      var types = shape.parameterTypes();
      if (types.size() != arguments.count() + receivers) {
        return; // an ordinary class, whose parameter types are unknown
      }
      for (int i = 0; i < arguments.count(); i++) {
        var value = arguments.get(i);
        var type = types.get(i + receivers);
        if (!arguments.isRef(i) && value != null && !type.isInstance(value)) {
          throw new InvalidRequestException("Argument " + (i + 1) + " of " + nameOf(function)
              + " is a " + value.getClass().getName() + ", but the parameter is a " + type.getName()
              + ".");
        }
      }
    }
  }

  /**
   * Writes the call for another process, as the last part of a frame; all arguments are ready and
   * none has failed. The call retains what the frame refers to until it is {@linkplain #release
   * released}.
   */
  public void write(FrameWriter out, ClusterObjects clusterObjects, NodeId to) {
    write(out, clusterObjects, to, argument -> CallCodec.write(out, argument, clusterObjects));
  }

  /**
   * Writes the call for a process that needs the arguments only until it has answered: it reads
   * large ones in place, and no other process is told of them.
   */
  public void lend(FrameWriter out, ClusterObjects clusterObjects, NodeId to) {
    write(out, clusterObjects, to, argument -> {
      var loan = CallCodec.writeArgument(out, argument, clusterObjects, to);
      if (loan != null) {
        onRelease(loan);
      }
    });
  }

  private void write(
      FrameWriter out, ClusterObjects clusterObjects, NodeId to, Consumer<Object> argument) {
    CallCodec.writeFunction(out, function, clusterObjects, to);
    writeArguments(out, argument);
    clusterObjects.finishFrame(out, to, () -> {});
  }

  private void onRelease(Runnable loan) {
    synchronized (this) {
      if (!released) {
        loans = loans.isEmpty() ? new ArrayList<>() : loans;
        loans.add(loan);
        return;
      }
    }
    loan.run();
  }

  /** Writes the call so that any process can make it again, such as for reconstruction. */
  public void write(FrameWriter out, ClusterObjects clusterObjects) {
    CallCodec.write(out, function, clusterObjects);
    writeArguments(out, argument -> CallCodec.write(out, argument, clusterObjects));
  }

  private void writeArguments(FrameWriter out, Consumer<Object> each) {
    out.int32(arguments.length);
    for (var argument : arguments) {
      each.accept(argument);
    }
    var context = logContext == null ? Map.<String, String>of() : logContext;
    out.int32(context.size());
    context.forEach((key, value) -> out.text(key).text(value));
  }

  /**
   * Reads a call that another process has written with {@link #write(FrameWriter, ClusterObjects,
   * NodeId)}.
   */
  public static BoundCall read(
      FrameReader in, ObjectStore store, ClusterObjects clusterObjects, NodeId from) {
    try {
      var call = read(in, CallCodec.readFunction(in, clusterObjects, from), store, clusterObjects);
      clusterObjects.acknowledgeRefs(from, in);
      return call;
    } catch (RuntimeException | Error e) {
      // otherwise the sender would keep the objects that the frame refers to
      clusterObjects.acknowledgeUnreadable(from, in);
      throw e;
    }
  }

  /** Reads a call that was written with {@link #write(FrameWriter, ClusterObjects)}. */
  public static BoundCall read(FrameReader in, ObjectStore store, ClusterObjects clusterObjects) {
    return read(in, CallCodec.read(in, clusterObjects), store, clusterObjects);
  }

  private static BoundCall read(
      FrameReader in, Object function, ObjectStore store, ClusterObjects clusterObjects) {
    var arguments = new ArrayList<Object>();
    try {
      readArguments(in, arguments, each -> CallCodec.read(each, clusterObjects));
      return new BoundCall(function, arguments.toArray(), store, 0, readContext(in));
    } catch (RuntimeException | Error e) {
      arguments.forEach(BoundCall::release);
      release(function);
      throw e;
    }
  }

  /**
   * Adds each argument to the list as soon as it is read, so that after a failure the list has
   * those to release.
   */
  static void readArguments(
      FrameReader in, List<Object> arguments, Function<FrameReader, Object> each) {
    for (int left = in.count(); left > 0; left--) {
      arguments.add(each.apply(in));
    }
  }

  private static @Nullable Map<String, String> readContext(FrameReader in) {
    int count = in.count();
    if (count == 0) {
      return null;
    }
    var context = new HashMap<String, String>();
    for (int i = 0; i < count; i++) {
      context.put(in.text(), in.optionalText());
    }
    return context;
  }

  /** Returns the default name of the function in logs and errors, such as {@code Quick.square}. */
  public static String nameOf(RemoteFunction function) {
    return Codec.signatureOf(function).displayName();
  }

  /** Returns whether a value among the ready arguments contains a ref or a handle. */
  public boolean hasRefsInside() {
    for (var argument : arguments) {
      var content = argument instanceof ObjectEntry entry ? entry.outcome() : argument;
      if ((content instanceof ObjectContent.Inline inline && !inline.edges().isEmpty())
          || (content instanceof ObjectContent.Sealed sealed && !sealed.edges().isEmpty())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the function and fresh copies of the arguments; all are ready and none has failed.
   *
   * @throws LostArgumentException when an argument is lost
   * @throws UnreadableCallException when the function or an argument cannot be decoded
   */
  public @Nullable Object[] decodeParts() throws UnreadableCallException, LostArgumentException {
    try (var gathered = gather()) {
      var parts = values(1, null);
      gathered.unpinRead();
      parts[0] = function();
      return parts;
    }
  }

  /**
   * Copies large arguments that are in another process to this process's store. Blocks.
   *
   * @throws io.mobula.error.MobulaException when they cannot be fetched in time, or there is no
   *     room
   */
  public void keepLocalCopies(ClusterObjects clusterObjects, Deadline deadline) {
    for (var argument : arguments) {
      if (argument instanceof ObjectEntry entry) {
        clusterObjects.keepCopy(entry, deadline);
      }
    }
  }

  /** Returns how many bytes the arguments take in the heap. */
  public long heapBytes() {
    return heapBytes;
  }

  /** Returns whether {@link #whenReady} would run its action at once. */
  public boolean isReady() {
    for (var argument : arguments) {
      if (argument instanceof ObjectEntry entry && !entry.isReady()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Runs {@code then} once every ref argument has its outcome: at once, or on the thread that
   * delivers the last outcome.
   */
  public void whenReady(Runnable then) {
    var missing = new AtomicInteger(1);
    CompletionListener listener = ready -> countDown(missing, then);
    waiting = listener;
    for (var argument : arguments) {
      if (argument instanceof ObjectEntry entry) {
        missing.incrementAndGet();
        if (!entry.await(listener)) {
          missing.decrementAndGet();
        }
      }
    }
    countDown(missing, then);
  }

  private static void countDown(AtomicInteger missing, Runnable then) {
    if (missing.decrementAndGet() == 0) {
      then.run();
    }
  }

  /** Returns the process that has the most bytes of large arguments, or null if there are none. */
  public @Nullable NodeId nodeWithMostBytes() {
    Map<NodeId, Long> sums = Map.of();
    for (var argument : arguments) {
      var locality = argument instanceof ObjectEntry entry ? entry.locality() : null;
      if (locality != null) {
        sums = sums.isEmpty() ? new HashMap<>() : sums;
        sums.merge(locality.holder(), locality.bytes(), Long::sum);
      }
    }
    return sums.isEmpty()
        ? null
        : sums.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse(null);
  }

  /** Returns the failure of the first failed argument, or null. All arguments are ready. */
  public @Nullable ObjectFailure failedArgument() {
    for (var argument : arguments) {
      if (argument instanceof ObjectEntry entry && entry.failure() != null) {
        return entry.failure();
      }
    }
    return null;
  }

  /**
   * Returns a search for the function and the arguments that are not at their recorded location, or
   * null if each is there. To be called when all are ready and none has failed.
   *
   * @param absent an argument that was not found at its recorded location, or null
   */
  public @Nullable ArgumentSearch findMissing(@Nullable ObjectId absent) {
    return ArgumentSearch.of(function, arguments, absent);
  }

  /** Returns the arguments that are not ready. */
  public List<ObjectEntry> missingArguments() {
    List<ObjectEntry> missing = List.of();
    for (var argument : arguments) {
      if (argument instanceof ObjectEntry entry && entry.outcome() == null && !entry.isReady()) {
        missing = missing.isEmpty() ? new ArrayList<>() : missing;
        missing.add(entry);
      }
    }
    return missing;
  }

  /** Lists the ids of the arguments that are not ready, truncated if the list is long. */
  public String describeMissing() {
    var text = new StringBuilder();
    int more = 0;
    for (var argument : arguments) {
      if (argument instanceof ObjectEntry entry && !entry.isReady()) {
        if (text.length() < MAX_NAMED_CHARS) {
          text.append(text.isEmpty() ? "" : ", ").append(entry.id());
        } else {
          more++;
        }
      }
    }
    return more == 0
        ? text.toString()
        : text.append(" and ").append(more).append(" more").toString();
  }

  /**
   * Calls the function in the calling thread; all arguments are ready and none has failed.
   *
   * @param borrower receives the views of store memory among the arguments, if they are large
   *     together; it must end them when nothing of the call reads them any more
   * @throws LostArgumentException when an argument is lost
   * @throws UnreadableCallException when the function or an argument cannot be decoded; any other
   *     exception is the function's
   */
  public @Nullable Object invoke(Consumer<CallArgumentViews> borrower) throws Exception {
    try (var gathered = gather()) {
      var values = values(0, arenaFor(borrower));
      gathered.unpinRead();
      return invoke(values);
    }
  }

  /**
   * Calls the function in the calling thread with views of its arguments that last for as long as
   * they are reachable: for a function that keeps its arguments, such as the constructor of an
   * actor.
   */
  public @Nullable Object invoke() throws Exception {
    try (var gathered = gather()) {
      var values = values(0, null);
      gathered.unpinRead();
      return invoke(values);
    }
  }

  private FetchedArguments gather() throws LostArgumentException {
    try {
      return store.fetchArguments(function, arguments);
    } catch (ObjectLostException lost) {
      throw new LostArgumentException(lost);
    }
  }

  private @Nullable Arena arenaFor(Consumer<CallArgumentViews> borrower) {
    long viewed = 0;
    for (var argument : arguments) {
      viewed += viewedBytes(argument);
    }
    if (viewed < MIN_BORROWED_BYTES) {
      return null;
    }
    var views = store.openArgumentViews();
    borrower.accept(views);
    return views.arena();
  }

  private static long viewedBytes(Object argument) {
    return switch (argument) {
      case ObjectEntry entry ->
        entry.outcome() instanceof ObjectContent content ? content.viewedBytes() : 0;
      case ObjectContent content -> content.viewedBytes();
      default -> 0;
    };
  }

  /**
   * Calls the function in the calling thread, with the actor's object as the first argument; all
   * arguments are ready and none has failed. Views of store memory among the arguments end with the
   * arena, if there is one.
   *
   * @throws LostArgumentException when an argument is lost
   * @throws UnreadableCallException when the function or an argument cannot be decoded; any other
   *     exception is the function's
   */
  public @Nullable Object invokeOn(Object receiver, @Nullable Arena arena) throws Exception {
    try (var gathered = gather()) {
      var values = values(1, arena);
      gathered.unpinRead();
      values[0] = receiver;
      return invoke(values);
    }
  }

  /**
   * Calls the function with the logging context of the caller, so that the caller's request or user
   * appears in the function's log lines.
   */
  private @Nullable Object invoke(@Nullable Object[] values) throws Exception {
    var called = function();
    Execution.markBodyBegun();
    if (logContext == null || logContext.isEmpty()) {
      return called.invoke(values);
    }
    var own = MDC.getCopyOfContextMap();
    MDC.setContextMap(logContext);
    try {
      return called.invoke(values);
    } finally {
      if (own == null) {
        MDC.clear();
      } else {
        MDC.setContextMap(own);
      }
    }
  }

  private RemoteFunction function() throws UnreadableCallException, LostArgumentException {
    return (RemoteFunction) Objects.requireNonNull(read(function, null));
  }

  private @Nullable Object read(Object held, @Nullable Arena arena)
      throws UnreadableCallException, LostArgumentException {
    try {
      return switch (held) {
        case ObjectContent content ->
          arena == null ? store.materialize(content) : store.materialize(content, arena);
        case ObjectEntry entry ->
          arena == null ? store.valueOf(entry) : store.valueOf(entry, arena);
        case RemoteFunction itself -> itself;
        case StatelessFunction function -> function.resolve(store);
        default -> throw new IllegalStateException("Neither value nor ref: " + held);
      };
    } catch (CodecException e) {
      throw new UnreadableCallException(e);
    } catch (ObjectLostException lost) {
      throw new LostArgumentException(lost);
    }
  }

  private @Nullable Object[] values(int receivers, @Nullable Arena arena)
      throws UnreadableCallException, LostArgumentException {
    var values = new @Nullable Object[arguments.length + receivers];
    for (int i = 0; i < arguments.length; i++) {
      values[i + receivers] = read(arguments[i], arena);
    }
    return values;
  }

  /**
   * Releases the references to function and arguments. Called once, when the call will not be
   * invoked again.
   */
  public void release() {
    var listener = waiting;
    // otherwise a cancelled call would stay registered with arguments that never arrive
    if (listener != null) {
      waiting = null;
      for (var argument : arguments) {
        if (argument instanceof ObjectEntry entry) {
          entry.forget(listener);
        }
      }
    }
    release(function);
    for (var argument : arguments) {
      release(argument);
    }
    endLoans();
  }

  private void endLoans() {
    List<Runnable> ended;
    synchronized (this) {
      released = true;
      ended = loans;
      loans = List.of();
    }
    ended.forEach(Runnable::run);
  }

  private static void release(Object held) {
    switch (held) {
      case ObjectEntry entry -> entry.release();
      case ObjectContent content -> content.discard();
      default -> {} // a function that captured nothing
    }
  }
}
