package io.mobula.internal.group;

import io.mobula.spi.NodeView;
import java.util.List;

/**
 * The nodes and the starting workers on which bundles may be placed. Immutable.
 *
 * @param nodes those that are up
 * @param starting workers that are being started, with what they will have; no bundle goes there
 *     before they are up
 */
public record PlacementCapacity(List<NodeView> nodes, List<NodeView> starting) {
  /** Copies the lists. */
  public PlacementCapacity {
    nodes = List.copyOf(nodes);
    starting = List.copyOf(starting);
  }

  /** These nodes, and no workers that are being started. */
  static PlacementCapacity of(List<NodeView> nodes) {
    return new PlacementCapacity(nodes, List.of());
  }
}
