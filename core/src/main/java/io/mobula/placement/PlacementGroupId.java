package io.mobula.placement;

/**
 * Id of a placement group, unique in its cluster.
 *
 * @param node incarnation of the node that created the id
 * @param number sequence number of the group on that node, from 1
 */
public record PlacementGroupId(long node, long number) {

  @Override
  public String toString() {
    return "%016x-g%x".formatted(node, number);
  }
}
