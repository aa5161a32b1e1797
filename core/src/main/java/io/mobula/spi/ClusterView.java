package io.mobula.spi;

import io.mobula.NodeId;
import java.util.List;
import java.util.Optional;

/**
 * What one process knows of all nodes at a moment.
 *
 * @param nodes each once, the own one included
 */
public record ClusterView(List<NodeView> nodes) {
  /** Copies the list. */
  public ClusterView {
    nodes = List.copyOf(nodes);
  }

  /** That node, if it is known. */
  public Optional<NodeView> node(NodeId id) {
    return nodes.stream().filter(each -> each.id().equals(id)).findFirst();
  }
}
