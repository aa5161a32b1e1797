package io.mobula.internal.placement;

import io.mobula.placement.Resources;
import io.mobula.spi.ClusterView;
import io.mobula.spi.NodeView;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Columnar view of the cluster for placement decisions: one array for each resource, in the order
 * of the nodes, built on first use. Thread-safe.
 */
final class ColumnarClusterView {
  private final ClusterView view;
  private final List<NodeView> nodes;
  private final Map<String, long[]> totals = new ConcurrentHashMap<>();
  private final Map<String, long[]> free = new ConcurrentHashMap<>();
  private final double[] fullness;

  ColumnarClusterView(ClusterView view) {
    this.view = view;
    this.nodes = view.nodes();
    this.fullness = new double[nodes.size()];
    for (int i = 0; i < fullness.length; i++) {
      fullness[i] = Math.max(
          nodes.get(i).storeUsage(), Math.max(used(Resources.CPU, i), used(Resources.MEMORY, i)));
    }
  }

  // compared by identity: comparing contents would cost as much as a new view
  @SuppressWarnings("ReferenceEquality")
  boolean isOf(ClusterView other) {
    return view == other;
  }

  int size() {
    return nodes.size();
  }

  List<NodeView> nodes() {
    return nodes;
  }

  NodeView node(int index) {
    return nodes.get(index);
  }

  long[] totals(String name) {
    return column(totals, name, NodeView::total);
  }

  long[] free(String name) {
    return column(free, name, NodeView::available);
  }

  /** Returns the used fraction of the scarcest of CPUs, memory and store. */
  double fullness(int index) {
    return fullness[index];
  }

  /** Returns the used fraction of this resource, from 0 to 1. */
  double used(String name, int index) {
    long total = totals(name)[index];
    return total == 0 ? 0 : 1 - (double) free(name)[index] / total;
  }

  private long[] column(
      Map<String, long[]> columns, String name, Function<NodeView, Resources> which) {
    var present = columns.get(name);
    if (present == null) {
      present = nodes.stream().mapToLong(node -> which.apply(node).units(name)).toArray();
      columns.put(name, present);
    }
    return present;
  }
}
