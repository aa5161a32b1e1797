package io.mobula.internal.actor;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Order of the calls of each caller. A call whose arguments are not ready delays its caller's later
 * calls, and no others. Both the client and the host of an actor keep this order. Confined to the
 * executor or the actor that it belongs to.
 *
 * @param <C> a call at the client or at the host
 */
final class CallerOrder<C> {
  private final Predicate<C> isBlocked;
  private final Deque<C> ready;
  private final Map<Object, Deque<C>> waitingByCaller = new HashMap<>();

  /**
   * Makes an order without calls.
   *
   * @param isBlocked returns whether a call has no outcome, and arguments that are not ready
   * @param ready gets the calls that nothing delays, in order
   */
  CallerOrder(Predicate<C> isBlocked, Deque<C> ready) {
    this.isBlocked = isBlocked;
    this.ready = ready;
  }

  /**
   * Adds a call after all earlier ones of its caller. Returns whether its arguments must be
   * awaited, and {@link #release} called then.
   */
  boolean add(Object caller, C call) {
    var waiting = waitingByCaller.get(caller);
    if (waiting != null) {
      waiting.addLast(call);
      return false;
    }
    if (!isBlocked.test(call)) {
      ready.addLast(call);
      return false;
    }
    waiting = new ArrayDeque<>();
    waiting.addLast(call);
    waitingByCaller.put(caller, waiting);
    return true;
  }

  /**
   * Makes this caller's calls ready up to the first that is blocked. Returns that call, whose
   * arguments must be awaited, or null if there is none.
   */
  @Nullable
  C release(Object caller) {
    var waiting = waitingByCaller.get(caller);
    while (waiting != null && !waiting.isEmpty()) {
      var first = waiting.getFirst();
      if (isBlocked.test(first)) {
        return first;
      }
      ready.addLast(waiting.removeFirst());
    }
    waitingByCaller.remove(caller);
    return null;
  }

  /** Returns the first call of this caller that waits for arguments, or null. */
  @Nullable
  C firstWaiting(Object caller) {
    var waiting = waitingByCaller.get(caller);
    return waiting == null ? null : waiting.peekFirst();
  }

  /** Returns a view of the calls that are not ready, one caller's after the other, in order. */
  Collection<Deque<C>> waiting() {
    return waitingByCaller.values();
  }

  /** Removes all calls that are not ready. */
  void clear() {
    waitingByCaller.clear();
  }
}
