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
 * The unanswered calls of one process to one actor, in the order in which they may go: each
 * caller's as they were made, one whose arguments are not ready holding back that caller's later
 * ones and nobody else's. Belongs to the turns of its {@link ActorClient}.
 */
final class ActorSubmitQueue {
  private final LinkedHashMap<Long, RemoteCall> open = new LinkedHashMap<>();
  private final TreeMap<Long, RemoteCall> requeued = new TreeMap<>();
  private final Deque<RemoteCall> ready = new ArrayDeque<>();
  private final Map<Object, Deque<RemoteCall>> waitingByCaller = new HashMap<>();
  private final Map<Object, CallerState> callerStates = new HashMap<>();
  private long callerNumbers;
  private long sequences;

  /** A task, an actor or the driver while it has unanswered calls here. */
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

  /** What names the caller of an unanswered call on the wire. */
  long callerNumber(RemoteCall call) {
    var callerState = callerStates.get(call.caller());
    return callerState == null ? 0 : callerState.number;
  }

  /** Every call with a smaller sequence has its outcome. */
  long answeredBefore() {
    var oldest = open.firstEntry();
    return oldest == null ? sequences + 1 : oldest.getValue().sequence();
  }

  /** Takes a new call; true if its arguments must be awaited. */
  boolean add(RemoteCall call) {
    open.put(call.number(), call);
    call.sequence(++sequences);
    callerStates.computeIfAbsent(call.caller(), key -> new CallerState(++callerNumbers))
        .unanswered++;
    var lane = waitingByCaller.get(call.caller());
    if (lane != null) {
      lane.addLast(call);
      return false;
    }
    if (call.call().isReady()) {
      ready.addLast(call);
      return false;
    }
    lane = new ArrayDeque<>();
    lane.addLast(call);
    waitingByCaller.put(call.caller(), lane);
    return true;
  }

  /**
   * The first call that this caller has waiting may be ready, or has an outcome: lets go what may.
   * Gives the next one whose arguments must be awaited, or null.
   */
  @Nullable
  RemoteCall releaseReady(Object caller) {
    var lane = waitingByCaller.get(caller);
    while (lane != null && !lane.isEmpty()) {
      var first = lane.getFirst();
      if (isOpen(first) && !first.call().isReady()) {
        return first;
      }
      ready.addLast(lane.removeFirst());
    }
    waitingByCaller.remove(caller);
    return null;
  }

  private boolean isOpen(RemoteCall call) {
    return open.containsKey(call.number());
  }

  /** The first call that this caller has waiting for arguments, or null. */
  @Nullable
  RemoteCall firstWaiting(Object caller) {
    var lane = waitingByCaller.get(caller);
    return lane == null ? null : lane.peekFirst();
  }

  /** The next call to be sent, or null. */
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

  /** It must be sent once more, before all that have not been sent. */
  void requeue(RemoteCall call) {
    requeued.put(call.number(), call);
  }

  /** The call has its outcome; false if it had one before. */
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

  /** Every unanswered call that is not on its way, each caller's in order; none waits any more. */
  List<RemoteCall> takeUnsent() {
    var unsent = new ArrayList<>(requeued.values());
    unsent.addAll(ready);
    waitingByCaller.values().forEach(unsent::addAll);
    requeued.clear();
    ready.clear();
    waitingByCaller.clear();
    unsent.removeIf(call -> !isOpen(call));
    return unsent;
  }

  /** The calls that have been sent and not answered, oldest first. */
  List<RemoteCall> sent() {
    return open.values().stream()
        .filter(call -> call.sentTo() != null)
        .sorted((a, b) -> Long.compare(a.number(), b.number()))
        .toList();
  }

  /** All unanswered calls. */
  Collection<RemoteCall> all() {
    return List.copyOf(open.values());
  }
}
