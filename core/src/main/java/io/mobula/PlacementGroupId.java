package io.mobula;

/**
 * Names one placement group in its cluster.
 *
 * @param node the incarnation of the node that made the id
 * @param number counts the groups that node made, from one
 */
public record PlacementGroupId(long node, long number) {

  @Override
  public String toString() {
    return "%016x-g%x".formatted(node, number);
  }
}
