package io.mobula.placement;

/** Strategy that places the bundles of a {@link PlacementGroup} on nodes. */
public enum PlacementStrategy {
  /** All bundles on as few nodes as their free resources allow. */
  PACK,
  /** Bundles on as many nodes as have room, as evenly as possible. */
  SPREAD,
  /** All bundles on one node, or none reserved. */
  STRICT_PACK,
  /** Each bundle on a node of its own, or none reserved. */
  STRICT_SPREAD
}
