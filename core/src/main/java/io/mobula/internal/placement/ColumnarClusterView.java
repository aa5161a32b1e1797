package io.mobula.internal.placement;

import io.mobula.Resources;
import io.mobula.spi.ClusterView;
import io.mobula.spi.NodeView;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A view of the cluster laid out for decisions: an array for each resource, in the order of the
 * nodes, made when it is first asked for. Safe for all threads.
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

  @SuppressWarnings("ReferenceEquality") // a view is known by identity: comparing costs as much
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

  /** How much of the scarcest of CPUs, memory and store is in use. */
  double fullness(int index) {
    return fullness[index];
  }

  /** How much of this resource is in use, from 0 to 1. */
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
