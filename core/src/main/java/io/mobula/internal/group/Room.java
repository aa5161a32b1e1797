package io.mobula.internal.group;

import io.mobula.spi.NodeView;
import java.util.List;

/**
 * Where bundles may go. Immutable.
 *
 * @param nodes those that are up
 * @param starting workers that are being started, as they will be; nothing goes there yet
 */
public record Room(List<NodeView> nodes, List<NodeView> starting) {
  /** Copies the lists. */
  public Room {
    nodes = List.copyOf(nodes);
    starting = List.copyOf(starting);
  }

  /** Nodes alone. */
  static Room of(List<NodeView> nodes) {
    return new Room(nodes, List.of());
  }
}
