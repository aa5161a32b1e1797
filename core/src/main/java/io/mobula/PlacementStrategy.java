package io.mobula;

/** How the bundles of a {@link PlacementGroup} lie on nodes. */
public enum PlacementStrategy {
  /** On as few nodes as there is room for. */
  PACK,
  /** Over as many nodes as there is room on, as evenly as that goes. */
  SPREAD,
  /** All on one node, or not at all. */
  STRICT_PACK,
  /** Each on a node of its own, or not at all. */
  STRICT_SPREAD
}
