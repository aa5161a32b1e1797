package io.mobula.internal.task;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.placement.PlacementGroupId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tasks of this process that have no outcome yet: those that it has submitted, and those of other
 * nodes that run here. They are what a cancellation of descendants, the end of a placement group,
 * and the end of the process walk. Thread-safe.
 */
final class PendingTasks {
  private static final int MAX_REPORTED = 1000;

  private final Set<TaskRun> tasks = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Consumer<ObjectId> elsewhere;
  private volatile @Nullable Supplier<MobulaException> closed;

  /**
   * Connects the tasks to those of other nodes.
   *
   * @param cancelDescendants has all other nodes cancel the descendants of a task
   */
  void connect(Consumer<ObjectId> cancelDescendants) {
    elsewhere = cancelDescendants;
  }

  /** Adds a task; returns false if the process has closed, which becomes the task's outcome. */
  boolean add(TaskRun run) {
    tasks.add(run);
    var why = closed; // close may have run before the task was pending
    if (why == null) {
      return true;
    }
    run.stop(why);
    return false;
  }

  void remove(TaskRun run) {
    tasks.remove(run);
  }

  boolean contains(TaskRun run) {
    return tasks.contains(run);
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  /** Returns a live view of all tasks. */
  Collection<TaskRun> all() {
    return tasks;
  }

  /** Cancels the task, and its descendants that this node knows if {@code recursive}. */
  void cancelHere(TaskRun run, boolean recursive) {
    run.progress().markCancelled(recursive);
    var affected = new LinkedHashSet<>(List.of(run));
    if (recursive) {
      addDescendants(affected, () -> descendants(run));
    }
    affected.forEach(TaskRun::cancelAlone);
  }

  /** Cancels the descendants that a task of another node has on this node. */
  void cancelDescendants(ObjectId ancestor) {
    var affected = new LinkedHashSet<TaskRun>();
    addDescendants(affected, () -> descendants(ancestor));
    affected.forEach(TaskRun::cancelAlone);
  }

  /** Marks and adds descendants; as a marked task starts no more tasks, this terminates. */
  private static void addDescendants(Set<TaskRun> affected, Supplier<List<TaskRun>> descendants) {
    while (affected.addAll(descendants.get())) {
      affected.forEach(each -> each.progress().markCancelled(true));
    }
  }

  /** Returns the tasks that {@code ancestor} started, directly or through others. */
  private List<TaskRun> descendants(TaskRun ancestor) {
    return tasks.stream().filter(run -> run.ancestry().descendsFrom(ancestor)).toList();
  }

  private List<TaskRun> descendants(ObjectId ancestor) {
    return tasks.stream().filter(run -> run.ancestry().descendsFrom(ancestor)).toList();
  }

  /** Has all other nodes cancel the descendants of a task. */
  void cancelElsewhere(ObjectId ancestor) {
    var others = elsewhere;
    if (others != null) {
      others.accept(ancestor);
    }
  }

  /**
   * Fails all tasks that wait for a placement group or run in it here. Waiting tasks come first:
   * the slots of interrupted ones would run them next.
   */
  void end(PlacementGroupId group, Function<String, MobulaException> why) {
    var affected = tasks.stream().filter(run -> run.spec().isIn(group)).toList();
    for (var run : affected) {
      if (run.progress().isBeforeSlot()) {
        run.stop(() -> why.apply(run.describe()));
      }
    }
    affected.forEach(run -> run.stop(() -> why.apply(run.describe())));
  }

  /** Fails all tasks, and those that are still to come. */
  void close(Supplier<MobulaException> why) {
    closed = why;
    tasks.forEach(run -> run.stop(why));
  }

  boolean isClosed() {
    return closed != null;
  }

  /**
   * Returns what waits for arguments or for a slot, at most a thousand tasks; the ledger reports
   * the rest.
   *
   * @param queues tell why a queued task has no slot
   */
  List<WaitingWork> waiting(TaskQueues queues) {
    return tasks.stream()
        .filter(run -> !run.sink().isForAnotherNode() && run.progress().isBeforeSlot())
        .sorted((a, b) -> Long.compare(a.spec().number(), b.spec().number()))
        .limit(MAX_REPORTED)
        .map(run -> TaskWait.report(run, () -> queues.whyQueued(run.spec())))
        .toList();
  }
}
