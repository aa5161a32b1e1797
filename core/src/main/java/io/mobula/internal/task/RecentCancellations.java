package io.mobula.internal.task;

import io.mobula.ObjectId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Bounded set of tasks whose descendants were cancelled recently. A cancellation goes to every node
 * immediately, but a descendant on its way between two nodes may arrive later; arriving tasks are
 * therefore compared with this set. A descendant is missed only if it travels for longer than the
 * set remembers. Thread-safe.
 */
final class RecentCancellations {
  static final int MAX_REMEMBERED = 4096;

  private final Set<ObjectId> ancestors = new LinkedHashSet<>();
  private volatile boolean isEmpty = true;

  /** Adds a task, and drops the oldest one if there are too many. */
  void add(ObjectId ancestor) {
    synchronized (ancestors) {
      ancestors.remove(ancestor);
      ancestors.add(ancestor);
      if (ancestors.size() > MAX_REMEMBERED) {
        ancestors.remove(ancestors.iterator().next());
      }
      isEmpty = false;
    }
  }

  /** Returns whether any of these tasks is in the set. */
  boolean containsAny(Collection<ObjectId> lineage) {
    if (isEmpty || lineage.isEmpty()) {
      return false;
    }
    synchronized (ancestors) {
      return lineage.stream().anyMatch(ancestors::contains);
    }
  }
}
