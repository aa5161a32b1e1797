package io.mobula.internal.store;

import io.mobula.error.SelfGetException;
import io.mobula.internal.execution.Execution;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Finds waits that can never end: an actor that waits for its own answer, alone or around a cycle.
 * Follows who waits for whom; each party notes what it waits for before it looks, so the last one
 * to close a cycle sees it.
 */
@SuppressWarnings("ReferenceEquality") // owners are known by identity
final class SelfGet {
  private static final int MOST_STEPS = 1000;

  private SelfGet() {}

  /**
   * Notes what the execution waits for, and throws if that can never come.
   *
   * @param spare how many of the entries need not come: those that cannot are forgiven up to here
   * @param deadline who waits for a limited time only closes no cycle for others
   */
  static void refuse(Execution waiting, List<ObjectEntry> entries, int spare, Deadline deadline) {
    waiting.waitingOn(spare == 0 && deadline == Deadline.NEVER ? entries : null);
    int endless = 0;
    for (var entry : entries) {
      var cycle = cycle(waiting, entry);
      if (cycle != null && ++endless > spare) {
        throw cycle;
      }
    }
  }

  private static @Nullable SelfGetException cycle(Execution waiting, ObjectEntry entry) {
    var running = running(entry);
    if (running == null) {
      return null;
    }
    if (running.owner() == waiting.owner()) {
      return exception(waiting, entry, "this call returns");
    }
    return closes(waiting, running)
        ? exception(waiting, entry, "others return that wait for it")
        : null;
  }

  /**
   * Whether what {@code first} waits for leads back to {@code waiting}, over any number of others.
   */
  private static boolean closes(Execution waiting, Execution first) {
    var seen = new HashSet<ObjectEntry>();
    Queue<ObjectEntry> next = new ArrayDeque<>(waitedFor(first));
    while (!next.isEmpty() && seen.size() < MOST_STEPS) {
      var wanted = next.remove();
      var running = seen.add(wanted) ? running(wanted) : null;
      if (running != null && running.owner() == waiting.owner()) {
        return true;
      }
      if (running != null) {
        next.addAll(waitedFor(running));
      }
    }
    return false;
  }

  private static @Nullable Execution running(ObjectEntry entry) {
    var producer = entry.producer();
    return producer == null ? null : producer.running();
  }

  @SuppressWarnings("unchecked")
  private static Collection<ObjectEntry> waitedFor(Execution execution) {
    var what = execution.waitingOn();
    return what == null ? List.of() : (Collection<ObjectEntry>) what;
  }

  private static SelfGetException exception(Execution waiting, ObjectEntry entry, String when) {
    var producer = entry.producer();
    return new SelfGetException(waiting.name() + " waits for " + entry.id() + ", which "
        + (producer == null ? "its actor" : producer.describe()) + " can only give after " + when
        + ". Return the ref instead of getting it, or use toCompletableFuture.");
  }
}
