package io.mobula.internal.task;

import io.mobula.ObjectId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ancestors of a task: the tasks that led to its submission. Those of this process are known as
 * objects, the nearest of all processes by id. Thread-safe.
 */
final class TaskAncestry {
  /** Ancestry of a task that no other task has submitted. */
  static final TaskAncestry NONE = new TaskAncestry(null, List.of());

  private static final int MAX_LINEAGE = 32;

  private final List<ObjectId> lineage;
  private volatile @Nullable TaskRun parent;

  private TaskAncestry(@Nullable TaskRun parent, List<ObjectId> lineage) {
    this.parent = parent;
    this.lineage = lineage;
  }

  /**
   * Returns the ancestry of a task that another task of this process submits.
   *
   * @param clustered whether other nodes have to know it, too
   */
  static TaskAncestry childOf(TaskRun parent, boolean clustered) {
    // otherwise a task that starts its successor for ever would keep all its ancestors
    parent.ancestry().forgetDoneAncestors();
    return new TaskAncestry(
        parent, clustered ? lineageOfChildren(parent.spec().id(), parent.ancestry()) : List.of());
  }

  /** Returns the ancestry of a task that another node has submitted, as that node knows it. */
  static TaskAncestry of(List<ObjectId> lineage) {
    return new TaskAncestry(null, lineage);
  }

  private static List<ObjectId> lineageOfChildren(ObjectId parent, TaskAncestry ancestry) {
    var known = ancestry.lineage;
    var longer = new ArrayList<ObjectId>(List.of(parent));
    longer.addAll(known.subList(0, Math.min(known.size(), MAX_LINEAGE - 1)));
    return List.copyOf(longer);
  }

  /** Returns the nearest ancestors, nearest first, as all nodes know them. */
  List<ObjectId> lineage() {
    return lineage;
  }

  /** Returns whether the ancestor is among the nearest ones. */
  boolean descendsFrom(ObjectId ancestor) {
    return lineage.contains(ancestor);
  }

  /** Returns whether the task descends from that task of this process. */
  @SuppressWarnings("ReferenceEquality") // a task is known by identity
  boolean descendsFrom(TaskRun ancestor) {
    if (descendsFrom(ancestor.spec().id())) {
      return true;
    }
    var next = liveParent();
    while (next != null && next != ancestor) {
      next = next.ancestry().liveParent();
    }
    return next != null;
  }

  private void forgetDoneAncestors() {
    liveParent();
  }

  /**
   * Returns the nearest ancestor that has no outcome yet or was cancelled, or null. Cancelled
   * ancestors stay in the chain even when done: otherwise their descendants could not be found.
   */
  @SuppressWarnings("ReferenceEquality") // a task is known by identity
  private @Nullable TaskRun liveParent() {
    var known = parent;
    var nearest = known;
    while (nearest != null && nearest.progress().isOver()) {
      nearest = nearest.ancestry().parent;
    }
    if (nearest != known) {
      parent = nearest;
    }
    return nearest;
  }
}
