package io.mobula;

/**
 * Cluster-wide id of an actor, the same through all restarts.
 *
 * @param node incarnation of the node that created the id
 * @param number sequence number of the actor on that node, from 1
 */
public record ActorId(long node, long number) {

  @Override
  public String toString() {
    return "%016x-a%x".formatted(node, number);
  }
}
