package io.mobula;

/**
 * Cluster-wide id of an object: the value of one {@code put} or one result of one task.
 *
 * <p>Ids of results are derived from the task: a task that runs again produces the same ids, so
 * refs inside a reconstructed value stay valid.
 *
 * @param node incarnation of the node that created the id, random and not zero
 * @param task sequence number of the task or put on that node, from 1
 * @param index position among the results of the task, from 0
 */
public record ObjectId(long node, long task, int index) {

  @Override
  public String toString() {
    return "%016x-%x.%d".formatted(node, task, index);
  }
}
