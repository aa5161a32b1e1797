package io.mobula.internal.call;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreFullException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.CallArgumentViews;
import io.mobula.internal.store.CompletionListener;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.FetchedArguments;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.RemoteFunction;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
  private final CallLogContext logContext;
  private List<Runnable> loans = List.of();
  private boolean released;

  BoundCall(
      Object function,
      Object[] arguments,
      ObjectStore store,
      long heapBytes,
      CallLogContext logContext) {
    this.function = function;
    this.arguments = arguments;
    this.store = store;
    this.heapBytes = heapBytes;
    this.logContext = logContext;
  }

  /** Returns the function as the call holds it: itself, or like an argument. */
  Object heldFunction() {
    return function;
  }

  /** Returns the arguments as the call holds them: each a content or an entry. */
  Object[] heldArguments() {
    return arguments;
  }

  CallLogContext logContext() {
    return logContext;
  }

  /** Has the loan of an argument end with the call: at once if the call has ended. */
  void onRelease(Runnable loan) {
    synchronized (this) {
      if (!released) {
        loans = loans.isEmpty() ? new ArrayList<>() : loans;
        loans.add(loan);
        return;
      }
    }
    loan.run();
  }

  /** Returns the default name of the function in logs and errors, such as {@code Quick.square}. */
  public static String nameOf(RemoteFunction function) {
    return Codec.signatureOf(function).displayName();
  }

  /** Returns whether a value among the ready arguments contains a ref or a handle. */
  public boolean hasRefsInside() {
    for (var argument : arguments) {
      if (HeldPart.hasRefsInside(argument)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the function and fresh copies of the arguments; all are ready and none has failed.
   *
   * @throws LostArgumentException when an argument is lost
   * @throws ArgumentsNotFetchedException when there is no memory for the arguments
   * @throws UnreadableCallException when the function or an argument cannot be decoded
   */
  public @Nullable Object[] decodeParts()
      throws UnreadableCallException, LostArgumentException, ArgumentsNotFetchedException {
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
    if (hasRefs()) {
      awaitRefs(then);
    } else {
      then.run();
    }
  }

  private boolean hasRefs() {
    for (var argument : arguments) {
      if (argument instanceof ObjectEntry) {
        return true;
      }
    }
    return false;
  }

  private void awaitRefs(Runnable then) {
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
   * @throws ArgumentsNotFetchedException when there is no memory for the arguments
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

  private FetchedArguments gather() throws LostArgumentException, ArgumentsNotFetchedException {
    try {
      return store.fetchArguments(function, arguments);
    } catch (StoreFullException full) {
      throw new ArgumentsNotFetchedException(full);
    } catch (ObjectLostException lost) {
      throw new LostArgumentException(lost);
    }
  }

  private @Nullable Arena arenaFor(Consumer<CallArgumentViews> borrower) {
    long viewed = 0;
    for (var argument : arguments) {
      viewed += HeldPart.viewedBytes(argument);
    }
    if (viewed < MIN_BORROWED_BYTES) {
      return null;
    }
    var views = store.openArgumentViews();
    borrower.accept(views);
    return views.arena();
  }

  /**
   * Calls the function in the calling thread, with the actor's object as the first argument; all
   * arguments are ready and none has failed. Views of store memory among the arguments end with the
   * arena, if there is one.
   *
   * @throws LostArgumentException when an argument is lost
   * @throws ArgumentsNotFetchedException when there is no memory for the arguments
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

  private @Nullable Object invoke(@Nullable Object[] values) throws Exception {
    var called = function();
    Execution.markBodyBegun();
    return logContext.call(called, values);
  }

  private RemoteFunction function() throws UnreadableCallException, LostArgumentException {
    return (RemoteFunction) Objects.requireNonNull(HeldPart.read(function, store, null));
  }

  private @Nullable Object[] values(int receivers, @Nullable Arena arena)
      throws UnreadableCallException, LostArgumentException {
    var values = new @Nullable Object[arguments.length + receivers];
    for (int i = 0; i < arguments.length; i++) {
      values[i + receivers] = HeldPart.read(arguments[i], store, arena);
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
    HeldPart.release(function);
    for (var argument : arguments) {
      HeldPart.release(argument);
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
}
