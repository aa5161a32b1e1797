package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.placement.Resources;
import io.mobula.spi.NodeView;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Capacity as the scheduler sees it: the last reports of the nodes, less what it has asked them to
 * reserve since. For the scheduler's thread only.
 */
final class UnreservedCapacity {
  private static final Duration MAX_AGE = Duration.ofSeconds(1);

  private final Supplier<PlacementCapacity> said;
  private final Runnable refresh;
  private final Map<NodeId, PendingReservation> pendingReservation = new HashMap<>();

  /**
   * Reservation that a node's report does not show yet: the report, the reserved amounts, and until
   * when they count.
   */
  private record PendingReservation(NodeView before, Resources asked, long until) {}

  /**
   * Creates the capacity view.
   *
   * @param said the last reports of the nodes
   * @param refresh requests new reports where they do not come by themselves
   */
  UnreservedCapacity(Supplier<PlacementCapacity> said, Runnable refresh) {
    this.said = said;
    this.refresh = refresh;
  }

  /** Requests notifications of changes from now on. */
  void refresh() {
    refresh.run();
  }

  /** Subtracts what a node is asked to reserve until its next report. */
  void noteReservation(NodeId node, Collection<Resources> asked) {
    var sum = asked.stream().reduce(Resources.none(), BundlePlanner::sum);
    for (var view : said.get().nodes()) {
      if (view.id().equals(node)) {
        var old = pendingReservation.get(node);
        var all = old != null && isOf(old, view) ? BundlePlanner.sum(old.asked(), sum) : sum;
        pendingReservation.put(
            node, new PendingReservation(view, all, System.nanoTime() + MAX_AGE.toNanos()));
      }
    }
  }

  // compared by identity: a node may report the same values again
  @SuppressWarnings("ReferenceEquality")
  private static boolean isOf(PendingReservation pendingReservation, NodeView view) {
    return pendingReservation.before() == view
        && pendingReservation.until() - System.nanoTime() > 0;
  }

  PlacementCapacity now() {
    var last = said.get();
    return new PlacementCapacity(
        last.nodes().stream().map(this::remaining).toList(), last.starting());
  }

  private NodeView remaining(NodeView view) {
    var asked = pendingReservation.get(view.id());
    if (asked != null && !isOf(asked, view)) {
      pendingReservation.remove(view.id());
    }
    return asked == null || !isOf(asked, view)
        ? view
        : new NodeView(
            view.id(),
            view.name(),
            view.labels(),
            view.total(),
            BundlePlanner.difference(view.available(), asked.asked()),
            view.queued(),
            view.storeUsage(),
            view.acceptsWork(),
            view.devices());
  }
}
