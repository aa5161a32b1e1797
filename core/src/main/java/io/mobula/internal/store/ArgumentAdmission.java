package io.mobula.internal.store;

import io.mobula.NodeId;
import io.mobula.error.StoreFullException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Admission of calls whose arguments have to be fetched into this node's memory from other hosts or
 * from a disk. One call at a time allocates memory, in the order of arrival, and it allocates the
 * memory for all of its arguments before any of them is fetched. So only the first call in line
 * ever holds a part of what it needs, and calls cannot wait for each other's parts. Calls that have
 * their memory fetch at the same time. Any thread; the caller's thread waits, and an execution
 * gives its CPU back meanwhile.
 *
 * <p>This is the admission control of Ray's pull manager ({@code src/ray/object_manager}), with
 * allocated memory in place of an estimate.
 */
final class ArgumentAdmission {
  private final NodeId node;
  private final StoreAllocator room;
  private final Semaphore turn = new Semaphore(1, true);
  private final Set<ArgumentHolder> holders = ConcurrentHashMap.newKeySet();
  private final AtomicLong ended = new AtomicLong();

  ArgumentAdmission(NodeId node, StoreAllocator room) {
    this.node = node;
    this.room = room;
  }

  /**
   * Fetches those parts of a call that are not in memory, and keeps them there until the call is
   * over. If nothing is missing, this costs a look at each part.
   *
   * @param function an {@link ObjectContent}, an {@link ObjectEntry} with a value, or neither
   * @param arguments each of the same kinds as {@code function}
   * @throws StoreFullException when the arguments together are larger than the store, or when no
   *     memory becomes free within the full timeout although no other call is running that holds
   *     any
   */
  FetchedArguments fetch(Object function, Object[] arguments) {
    boolean lacks = lacksRoom(function);
    for (int i = 0; i < arguments.length && !lacks; i++) {
      lacks = lacksRoom(arguments[i]);
    }
    return lacks ? inTurn(distinct(function, arguments)) : FetchedArguments.NONE;
  }

  private static boolean lacksRoom(Object part) {
    var content = contentOf(part);
    return content != null && content.roomWanted() > 0;
  }

  private static @Nullable ObjectContent contentOf(Object part) {
    return switch (part) {
      case ObjectContent content -> content;
      case ObjectEntry entry -> entry.outcome() instanceof ObjectContent content ? content : null;
      default -> null;
    };
  }

  @SuppressWarnings("ReferenceEquality") // contents are known by identity
  private static List<ObjectContent> distinct(Object function, Object[] arguments) {
    var contents = new ArrayList<ObjectContent>();
    for (int i = -1; i < arguments.length; i++) {
      var content = contentOf(i < 0 ? function : arguments[i]);
      if (content != null && contents.stream().noneMatch(seen -> seen == content)) {
        contents.add(content);
      }
    }
    return contents;
  }

  private FetchedArguments inTurn(List<ObjectContent> contents) {
    var gathered = new FetchedArguments(this, Execution.current());
    try {
      enter();
      try {
        contents.forEach(gathered::add);
        takeRoom(gathered);
        addHolder(gathered);
      } finally {
        turn.release();
      }
      gathered.fetch();
      return gathered;
    } catch (RuntimeException | Error e) {
      gathered.close();
      throw e;
    }
  }

  private void enter() {
    if (turn.tryAcquire()) {
      return;
    }
    var hold = Execution.currentHold();
    hold.giveBack();
    try (var _ = BlockedThread.enter(
        node,
        () -> WaitStep.end(
            "waits until other calls have memory for their arguments", WaitCause.RESOURCES))) {
      turn.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while a call waited for its turn to fetch its arguments.");
    } finally {
      hold.takeBack();
    }
  }

  private void takeRoom(FetchedArguments gathered) {
    long capacity = room.capacityBytes();
    if (gathered.bytes() > capacity) {
      throw new StoreFullException(gathered.describe(node) + ", and the whole store has "
          + capacity + " bytes: pass refs and get them one after the other, pass less at a time, or"
          + " raise mobula.store.capacity");
    }
    try {
      gathered.takeRoom(bytes -> room.allocate(bytes, new OtherCallsProgress()));
    } catch (StoreFullException full) {
      throw new StoreFullException(gathered.describe(node) + ". " + full.getMessage());
    }
  }

  /** Allocator of the memory for one argument. */
  @FunctionalInterface
  interface ArgumentAllocator {
    WritableBlock take(long bytes);
  }

  /**
   * Condition that other calls will free memory: a call that holds arguments here has ended since
   * the last check, or one is running. As long as it is true, waiting goes on. A call that itself
   * waits for an object does not count: it may wait for the result of the very call that waits for
   * memory.
   */
  private final class OtherCallsProgress implements BooleanSupplier {
    private long seen = ended.get();

    @Override
    public boolean getAsBoolean() {
      long now = ended.get();
      boolean goOn = now != seen || holders.stream().anyMatch(ArgumentHolder::isRunning);
      seen = now;
      return goOn;
    }
  }

  /** Call that has large arguments in this node's memory. */
  interface ArgumentHolder {
    /** Returns whether the call runs and does not wait for an object. */
    boolean isRunning();
  }

  void addHolder(ArgumentHolder holder) {
    holders.add(holder);
  }

  void removeHolder(ArgumentHolder holder) {
    if (holders.remove(holder)) {
      ended.incrementAndGet();
    }
  }
}
