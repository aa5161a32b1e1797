package io.mobula.internal.task;

import io.mobula.ObjectId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tasks of one hosted slot that have no outcome: those that wait for their turn, those that have
 * begun, and those whose stage is not complete. Not thread-safe; the lock of the slot guards it.
 */
final class HostedTasks {
  private final Deque<TaskRun> waiting = new ArrayDeque<>();
  private final Map<ObjectId, TaskRun> present = new HashMap<>(); // all of them
  private final Set<ObjectId> staged = new HashSet<>();

  /** Adds a task that has arrived, behind the others. */
  void add(TaskRun run) {
    present.put(run.spec().id(), run);
    waiting.addLast(run);
  }

  /** Returns whether a task waits for its turn. */
  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  /** Returns the task whose turn it is, which begins; null if none waits. */
  @Nullable
  TaskRun begin() {
    return waiting.pollFirst();
  }

  /** Removes and returns all tasks that wait for their turn. */
  List<TaskRun> removeWaiting() {
    var all = new ArrayList<>(waiting);
    waiting.clear();
    all.forEach(run -> present.remove(run.spec().id()));
    return all;
  }

  /** Returns the task with that id, or null. */
  @Nullable
  TaskRun find(ObjectId id) {
    return present.get(id);
  }

  /** Removes and returns a task whose turn has come and whose body has not begun, or null. */
  @Nullable
  TaskRun removeUnstarted(ObjectId id) {
    return present.remove(id);
  }

  /** Notes that a task has returned a stage; returns false if it has its outcome. */
  boolean stage(ObjectId id) {
    if (!present.containsKey(id)) {
      return false;
    }
    staged.add(id);
    return true;
  }

  /** Removes a task that has its outcome; returns whether it had returned a stage. */
  boolean end(ObjectId id) {
    present.remove(id);
    return staged.remove(id);
  }

  boolean hasStaged() {
    return !staged.isEmpty();
  }

  /** Returns all tasks, or those only that have returned no stage. */
  List<TaskRun> all(boolean stagedToo) {
    return present.values().stream()
        .filter(run -> stagedToo || !staged.contains(run.spec().id()))
        .toList();
  }
}
