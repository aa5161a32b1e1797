package io.mobula.spi;

import io.mobula.NodeId;
import java.util.List;
import java.util.Optional;

/**
 * View of all nodes of the cluster, as one process knows them at one moment.
 *
 * @param nodes each node once, including this process
 */
public record ClusterView(List<NodeView> nodes) {
  /** Copies the list argument. */
  public ClusterView {
    nodes = List.copyOf(nodes);
  }

  /** Returns the view of one node, if it is known. */
  public Optional<NodeView> node(NodeId id) {
    return nodes.stream().filter(each -> each.id().equals(id)).findFirst();
  }
}
