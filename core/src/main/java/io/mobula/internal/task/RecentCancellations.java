package io.mobula.internal.task;

import io.mobula.ObjectId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The tasks whose descendants were cancelled lately. The word of it goes to every node at once, and
 * a descendant that is on its way from one node to another arrives after it; what arrives is
 * compared with this. Bounded: only what is on its way for longer than so many cancels take can be
 * missed. Safe for all threads.
 */
final class RecentCancellations {
  static final int MOST = 4096;

  private final Set<ObjectId> ancestors = new LinkedHashSet<>();
  private volatile boolean isEmpty = true;

  /** Notes one more, and forgets the one that was noted longest ago if there are too many. */
  void add(ObjectId ancestor) {
    synchronized (ancestors) {
      ancestors.remove(ancestor);
      ancestors.add(ancestor);
      if (ancestors.size() > MOST) {
        ancestors.remove(ancestors.iterator().next());
      }
      isEmpty = false;
    }
  }

  /** Whether one of these is among them. */
  boolean containsAny(Collection<ObjectId> lineage) {
    if (isEmpty || lineage.isEmpty()) {
      return false;
    }
    synchronized (ancestors) {
      return lineage.stream().anyMatch(ancestors::contains);
    }
  }
}
