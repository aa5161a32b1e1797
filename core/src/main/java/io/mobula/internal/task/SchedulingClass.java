package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.internal.execution.Job;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scheduling class of a task: tasks of one class can run in each other's slots.
 *
 * @param near the node that has most bytes of what the tasks read; null if their placement does not
 *     depend on it
 */
record SchedulingClass(
    Resources resources, Placement placement, @Nullable NodeId near, Job job) {
  /** Returns a byte on the node that has most of what the tasks read; nothing if there is none. */
  Map<NodeId, Long> argumentBytes() {
    return near == null ? Map.of() : Map.of(near, 1L);
  }

  /** Returns whether each task is placed by itself, so that a slot runs one task only. */
  boolean isSpread() {
    return placement instanceof Placement.Spread;
  }
}
