package io.mobula.internal.actor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Queue of the unanswered calls of one process to one actor. Each caller's calls are sent in the
 * order they were made; see {@link CallerOrder}. Confined to the executor of its
 * {@link ActorClient}.
 */
final class ActorSubmitQueue {
  private final LinkedHashMap<Long, RemoteCall> open = new LinkedHashMap<>();
  private final TreeMap<Long, RemoteCall> requeued = new TreeMap<>();
  private final Deque<RemoteCall> ready = new ArrayDeque<>();
  private final CallerOrder<RemoteCall> order = new CallerOrder<>(this::isBlocked, ready);
  private final Map<Object, CallerState> callerStates = new HashMap<>();
  private long callerNumbers;
  private long sequences;

  /** State of a task, an actor or the driver while it has unanswered calls here. */
  private static final class CallerState {
    final long number;
    int unanswered;

    CallerState(long number) {
      this.number = number;
    }
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  @Nullable
  RemoteCall find(long number) {
    return open.get(number);
  }

  /** Returns the number of the caller of an unanswered call in frames. */
  long callerNumber(RemoteCall call) {
    var callerState = callerStates.get(call.caller());
    return callerState == null ? 0 : callerState.number;
  }

  /** Returns the smallest sequence number that may be unanswered. */
  long answeredBefore() {
    var oldest = open.firstEntry();
    return oldest == null ? sequences + 1 : oldest.getValue().sequence();
  }

  /** Adds a new call; returns whether its arguments must be awaited. */
  boolean add(RemoteCall call) {
    open.put(call.number(), call);
    call.sequence(++sequences);
    callerStates.computeIfAbsent(call.caller(), key -> new CallerState(++callerNumbers))
        .unanswered++;
    return order.add(call.caller(), call);
  }

  private boolean isBlocked(RemoteCall call) {
    return !call.call().isReady() && isOpen(call);
  }

  /**
   * Moves this caller's calls with ready arguments to the send queue, once the first waiting call
   * is ready or has an outcome. Returns the next call whose arguments must be awaited, or null.
   */
  @Nullable
  RemoteCall releaseReady(Object caller) {
    return order.release(caller);
  }

  private boolean isOpen(RemoteCall call) {
    return open.containsKey(call.number());
  }

  /** Returns the first call of this caller that waits for arguments, or null. */
  @Nullable
  RemoteCall firstWaiting(Object caller) {
    return order.firstWaiting(caller);
  }

  /** Returns the next call to send, or null. */
  @Nullable
  RemoteCall next() {
    while (true) {
      var first = requeued.pollFirstEntry();
      var call = first != null ? first.getValue() : ready.pollFirst();
      if (call == null || isOpen(call)) {
        return call;
      }
    }
  }

  /** Queues a call to be sent again, before all calls that have not been sent. */
  void requeue(RemoteCall call) {
    requeued.put(call.number(), call);
  }

  /** Removes a call that has its outcome; returns false if it had one before. */
  boolean settle(RemoteCall call) {
    if (open.remove(call.number()) == null) {
      return false;
    }
    var callerState = callerStates.get(call.caller());
    if (callerState != null && --callerState.unanswered == 0) {
      callerStates.remove(call.caller());
    }
    return true;
  }

  /** Removes and returns all unanswered calls that are not in flight, each caller's in order. */
  List<RemoteCall> takeUnsent() {
    var unsent = new ArrayList<>(requeued.values());
    unsent.addAll(ready);
    order.waiting().forEach(unsent::addAll);
    requeued.clear();
    ready.clear();
    order.clear();
    unsent.removeIf(call -> !isOpen(call));
    return unsent;
  }

  /** Returns the calls that have been sent and not answered, oldest first. */
  List<RemoteCall> sent() {
    return open.values().stream()
        .filter(call -> call.sentTo() != null)
        .sorted((a, b) -> Long.compare(a.number(), b.number()))
        .toList();
  }

  /** Returns a copy of all unanswered calls. */
  Collection<RemoteCall> all() {
    return List.copyOf(open.values());
  }
}
