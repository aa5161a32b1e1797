package io.mobula.internal.group;

import io.mobula.internal.cluster.Peer;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.spi.NodeView;
import java.util.List;

/**
 * Immutable list of the nodes and starting workers on which bundles may be placed.
 *
 * @param nodes the nodes that are up
 * @param starting workers that are being started, with the resources that they will have; no bundle
 *     goes there before they are up
 */
public record PlacementCapacity(List<NodeView> nodes, List<NodeView> starting) {
  /** Copies the lists into immutable ones. */
  public PlacementCapacity {
    nodes = List.copyOf(nodes);
    starting = List.copyOf(starting);
  }

  /** Returns the capacity of these nodes, without starting workers. */
  static PlacementCapacity of(List<NodeView> nodes) {
    return new PlacementCapacity(nodes, List.of());
  }

  /** Returns the capacity of one node without other nodes. */
  static PlacementCapacity ofNode(Peer self, LedgerClient.BalanceSnapshot balance) {
    return of(List.of(new NodeView(
        self.id(),
        self.name(),
        self.labels(),
        balance.total(),
        balance.available(),
        balance.queued(),
        0,
        true,
        balance.devices())));
  }
}
