package io.mobula.internal.store;

import io.mobula.error.DeadlockException;
import io.mobula.internal.execution.Execution;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Check for waits that can never end, within one process: an actor that waits for its own result,
 * alone or around a cycle. The check follows who waits for whom. Each party records what it waits
 * for before it checks, so the last one to close a cycle sees the cycle. {@link DeadlockDetector}
 * finds cycles through other processes.
 */
@SuppressWarnings("ReferenceEquality") // owners are known by identity
final class LocalDeadlockCheck {
  static final int MAX_STEPS = 1000;

  private LocalDeadlockCheck() {}

  /**
   * Records what the execution waits for, and throws if the wait can never end. If some of the
   * entries are spare, that many entries may be part of a cycle. A wait with a timeout closes no
   * cycle for others.
   */
  static void check(BlockedExecution blocked) {
    blocked.execution().waitingOn(blocked.isEndless() ? blocked : null);
    int hopeless = 0;
    for (var entry : blocked.entries()) {
      var cycle = cycle(blocked, entry);
      if (cycle != null && ++hopeless > blocked.spare()) {
        throw cycle;
      }
    }
  }

  private static @Nullable DeadlockException cycle(BlockedExecution blocked, ObjectEntry entry) {
    var running = running(entry);
    if (running == null) {
      return null;
    }
    if (running.owner() == blocked.execution().owner()) {
      return blocked.exception(entry, "this call returns");
    }
    return closes(blocked.execution(), running)
        ? blocked.exception(entry, "others return that wait for it")
        : null;
  }

  /**
   * Returns whether the waits of {@code first} lead back to {@code waiting}, over any number of
   * others.
   */
  private static boolean closes(Execution waiting, Execution first) {
    var seen = new HashSet<ObjectEntry>();
    Queue<ObjectEntry> next = new ArrayDeque<>(waitedFor(first));
    while (!next.isEmpty() && seen.size() < MAX_STEPS) {
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
    return producer == null ? null : producer.blockingExecution(entry.id());
  }

  private static List<ObjectEntry> waitedFor(Execution execution) {
    return execution.waitingOn() instanceof BlockedExecution blocked
        ? blocked.entries()
        : List.of();
  }
}
