package io.mobula;

/**
 * Names one object in the cluster: the value of one {@code put} or one result of one task.
 *
 * <p>Result ids follow from the task: a task that runs again gives the same ids, so refs inside a
 * rebuilt value still fit.
 *
 * @param node the incarnation of the node that made the id, random and not zero
 * @param task counts what that node made, from one
 * @param index which result of the task, from zero
 */
public record ObjectId(long node, long task, int index) {

  @Override
  public String toString() {
    return "%016x-%x.%d".formatted(node, task, index);
  }
}
