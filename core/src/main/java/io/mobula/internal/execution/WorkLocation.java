package io.mobula.internal.execution;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import java.util.Objects;

/**
 * Location of the work that will make a value, if another process does it.
 *
 * @param node the process
 * @param work names the work there: the first result of a task or call, or the value itself
 */
public record WorkLocation(NodeId node, ObjectId work) {
  public WorkLocation {
    Objects.requireNonNull(node, "at");
    Objects.requireNonNull(work, "work");
  }
}
