package io.mobula;

/**
 * Names one actor in the cluster, through all its restarts.
 *
 * @param node the incarnation of the node that made the id
 * @param number counts the actors that node made, from one
 */
public record ActorId(long node, long number) {

  @Override
  public String toString() {
    return "%016x-a%x".formatted(node, number);
  }
}
