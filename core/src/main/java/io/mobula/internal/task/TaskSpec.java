package io.mobula.internal.task;

import io.mobula.ObjectId;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.execution.Job;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import io.mobula.spi.TaskOptions;
import org.jspecify.annotations.Nullable;

/**
 * Specification of a task.
 *
 * @param id its first result, by which all processes know it
 * @param call its function and arguments
 * @param name its name in logs and errors
 * @param job the job that it belongs to
 */
record TaskSpec(ObjectId id, BoundCall call, String name, TaskOptions options, Job job) {
  long number() {
    return id.task();
  }

  /** Returns the placement group that the task is placed in, or null. */
  Placement.@Nullable Group group() {
    return options.placement() instanceof Placement.Group placed ? placed : null;
  }

  /** Returns whether the task is placed in that placement group. */
  boolean isIn(PlacementGroupId group) {
    var placed = group();
    return placed != null && placed.group().id().equals(group);
  }

  /** Describes the task, such as {@code task Quick.square (…-1f)}. */
  String describe() {
    return describe(name, id);
  }

  /** Describes a task by its name and id. */
  static String describe(String name, ObjectId id) {
    return "task " + name + " (" + id + ")";
  }
}
