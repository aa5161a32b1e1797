package io.mobula.internal.store;

import io.mobula.ObjectRef;
import io.mobula.WaitResult;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.InvalidRequestException;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.lane.SpinWait;
import io.mobula.internal.wait.WaitChainWalker;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Waits of threads for one object, for all of many, or for some of them. Blocks the caller's thread
 * and no other.
 *
 * <p>A loop that waits for many objects one after the other, most of which are ready, costs a look
 * at each pending object and a copy of the list per wait: no listener is registered while enough
 * objects are ready.
 */
final class ObjectWaiter {
  private static final Duration LONG = Duration.ofMillis(200);
  private static final Duration FOR_ANSWERS = Duration.ofMillis(50);

  private final ObjectStore store;
  private final DeadlockDetector deadlockDetector;
  private volatile SpinWait spinWait = SpinWait.NONE;
  private volatile WeakReference<@Nullable PendingRefs> lastPending = new WeakReference<>(null);

  ObjectWaiter(ObjectStore store, DeadlockDetector deadlockDetector) {
    this.store = store;
    this.deadlockDetector = deadlockDetector;
  }

  SpinWait spinWait() {
    return spinWait;
  }

  /** Sets the spin wait of the waiting threads. Called once, before there is work. */
  void setSpinWait(SpinWait with) {
    spinWait = with;
  }

  /**
   * Waits until the entry has an outcome.
   *
   * @throws GetTimeoutException if it has none in time
   */
  void await(ObjectEntry entry, Deadline deadline) {
    if (entry.isReady()) {
      return;
    }
    var one = List.of(entry);
    var latch = new WaitLatch(1, false, spinWait, new WaitLatch.WaitTargets(store.node(), one, 0));
    if (!entry.await(latch)) {
      return;
    }
    try {
      enter(one, 0, deadline, latch);
      if (!latch.await(deadline, entry.id())) {
        throw new GetTimeoutException("Object " + entry.id() + " was not there within "
            + deadline.timeout() + describe(entry)
            + ". It is still on its way; get it later, or cancel it." + because(entry, deadline));
      }
    } finally {
      entry.forget(latch);
      leave(latch);
    }
  }

  /**
   * Waits until all entries have a value.
   *
   * @throws GetTimeoutException if one has none in time
   * @throws io.mobula.error.MobulaException the failure of the first that has one
   */
  ObjectEntry[] awaitAll(Collection<? extends ObjectRef<?>> refs, Deadline deadline) {
    var entries = entries(refs.toArray());
    var late = await(entries, 0, true, deadline);
    if (!late.isEmpty()) {
      throw new GetTimeoutException(late.size() + " of " + entries.length
          + " objects were not there within " + deadline.timeout() + ", the first is "
          + late.getFirst().id() + describe(late.getFirst()) + "."
          + because(late.getFirst(), deadline));
    }
    for (var entry : entries) {
      var failure = entry.failure();
      if (failure != null) {
        throw failure.toException();
      }
    }
    return entries;
  }

  /** Waits until that many entries have an outcome, or the deadline has passed. */
  <R extends ObjectRef<?>> WaitResult<R> awaitSome(
      Collection<R> refs, int count, Deadline deadline) {
    var given = refs.toArray();
    var entries = distinctEntries(refs, given);
    if (count < 1 || count > entries.length) {
      throw new InvalidRequestException("Wanted " + count + " of " + entries.length
          + " refs: wait for at least 1 and at most as many as are given.");
    }
    WaitResult<R> parted = parted(given, entries, count);
    if (parted.ready().size() < count) {
      var _ = await(entries, entries.length - count, false, deadline);
      parted = parted(given, entries, count);
    }
    return parted;
  }

  private ObjectEntry[] distinctEntries(Collection<?> refs, Object[] given) {
    store.requireOpen();
    var seen = lastPending.get();
    if (seen != null && seen.isOf(refs, given)) {
      return seen.entries();
    }
    var entries = entries(given);
    if (hasTwice(entries)) {
      throw new InvalidRequestException(
          "wait was given the same object twice. Give each ref once.");
    }
    return entries;
  }

  /**
   * Refs that were pending at the end of the last wait. The same list is most likely what the next
   * wait is for, until nothing is left. Only a weak reference holds it.
   */
  private static final class PendingRefs {
    private final List<?> refs;
    private final ObjectEntry[] entries;

    PendingRefs(List<?> refs, ObjectEntry[] entries) {
      this.refs = refs;
      this.entries = entries;
    }

    ObjectEntry[] entries() {
      return entries;
    }

    @SuppressWarnings("ReferenceEquality") // the very list, which cannot change
    boolean isOf(Collection<?> asked, Object[] given) {
      if (asked != refs) {
        return false;
      }
      for (int i = 0; i < given.length; i++) {
        if (!((EntryRef<?>) given[i]).isOpen()) {
          return false; // the slower path then throws
        }
      }
      return true;
    }
  }

  /** Splits the refs into the first ready ones, at most that many, and the rest, in their order. */
  @SuppressWarnings("unchecked") // they were given with this type
  private <R extends ObjectRef<?>> WaitResult<R> parted(
      Object[] given, ObjectEntry[] entries, int count) {
    var ready = new Object[count];
    var pending = new Object[given.length];
    var pendingEntries = new ObjectEntry[given.length];
    int found = 0;
    int at = 0;
    for (; at < given.length && found < count; at++) {
      if (entries[at].isReady()) {
        ready[found++] = given[at];
      } else {
        pending[at - found] = given[at];
        pendingEntries[at - found] = entries[at];
      }
    }
    int left = given.length - found;
    System.arraycopy(given, at, pending, at - found, given.length - at);
    System.arraycopy(entries, at, pendingEntries, at - found, given.length - at);
    var waitResult =
        new WaitResult<>((List<R>) (List<?>) List.of(Arrays.copyOf(ready, found)), (List<R>)
            (List<?>) List.of(Arrays.copyOf(pending, left)));
    lastPending = new WeakReference<>(
        new PendingRefs(waitResult.pending(), Arrays.copyOf(pendingEntries, left)));
    return waitResult;
  }

  private ObjectEntry[] entries(Object[] refs) {
    store.requireOpen();
    var entries = new ObjectEntry[refs.length];
    for (int i = 0; i < refs.length; i++) {
      entries[i] = EntryRef.entryOf((ObjectRef<?>) Objects.requireNonNull(refs[i], "ref"), store);
    }
    return entries;
  }

  /** Returns whether an entry is in the array twice. Entries are known by identity. */
  @SuppressWarnings("ReferenceEquality")
  static boolean hasTwice(ObjectEntry[] entries) {
    if (entries.length < 2) {
      return false;
    }
    int mask = Integer.highestOneBit(2 * entries.length - 1) * 2 - 1;
    var table = new ObjectEntry[mask + 1];
    for (var entry : entries) {
      int at = entry.spread() & mask;
      while (table[at] != null) {
        if (table[at] == entry) {
          return true;
        }
        at = (at + 1) & mask;
      }
      table[at] = entry;
    }
    return false;
  }

  /**
   * Waits for all entries but {@code spare}; returns those without an outcome if the deadline has
   * passed, else none.
   */
  private List<ObjectEntry> await(
      ObjectEntry[] entries, int spare, boolean failFast, Deadline deadline) {
    var waitedFor = new ArrayList<ObjectEntry>();
    var latch = new WaitLatch(
        entries.length - spare,
        failFast,
        spinWait,
        new WaitLatch.WaitTargets(store.node(), waitedFor, spare));
    try {
      for (var entry : entries) {
        if (entry.await(latch)) {
          waitedFor.add(entry);
        } else {
          latch.onReady(entry);
        }
      }
      enter(waitedFor, spare, deadline, latch);
      return latch.await(deadline, waitedFor.size() + " objects")
          ? List.of()
          : waitedFor.stream().filter(entry -> !entry.isReady()).toList();
    } finally {
      waitedFor.forEach(entry -> entry.forget(latch));
      leave(latch);
    }
  }

  /** Registers that the calling thread is about to wait; throws if the wait can never end. */
  private void enter(List<ObjectEntry> entries, int spare, Deadline deadline, WaitLatch latch) {
    var execution = Execution.current();
    if (execution != null && deadline.remaining() > 0) {
      deadlockDetector.enter(execution, entries, spare, deadline, latch);
    }
  }

  private void leave(WaitLatch latch) {
    var execution = Execution.current();
    if (execution != null) {
      execution.waitingOn(null);
    }
    var blocked = latch.attachedWait();
    if (blocked != null) {
      deadlockDetector.leave(blocked);
    }
  }

  /**
   * Returns why an object was not ready in time. After a long wait, this takes a moment to ask
   * other processes.
   */
  private static String because(ObjectEntry entry, Deadline deadline) {
    var walker = deadline.timeout().compareTo(LONG) < 0
        ? WaitChainWalker.nonBlocking()
        : WaitChainWalker.withTimeout(FOR_ANSWERS, WaitChainWalker.PeerQueries.NOBODY);
    return walker.walk(entry).toSentence();
  }

  private static String describe(ObjectEntry entry) {
    var producer = entry.producer();
    return producer == null ? "" : " from " + producer.describe();
  }
}
