package io.mobula.internal.execution;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import java.util.Objects;

/**
 * Where the work is that will make a value, if another process does it.
 *
 * @param at the process
 * @param work names the work there: the first result of a task or call, or the value itself
 */
public record Lead(NodeId at, ObjectId work) {
  /** Refuses nulls. */
  public Lead {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(work, "work");
  }
}
