package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.Resources;
import io.mobula.spi.NodeView;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What nodes have free, as the scheduler sees it: what they have said, less what it has asked them
 * to reserve since. For its thread.
 */
final class UnreservedCapacity {
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private final Supplier<PlacementCapacity> said;
  private final Runnable refresh;
  private final Map<NodeId, PendingReservation> pendingReservation = new HashMap<>();

  /** What a node had said, what it was asked for since, and until when that counts. */
  private record PendingReservation(NodeView before, Resources asked, long until) {}

  /**
   * A view.
   *
   * @param said what nodes have said last
   * @param refresh asks for news where they do not come by themselves
   */
  UnreservedCapacity(Supplier<PlacementCapacity> said, Runnable refresh) {
    this.said = said;
    this.refresh = refresh;
  }

  /** Wants to hear of changes from now on. */
  void refresh() {
    refresh.run();
  }

  /** A node is asked to reserve these; until it says something else they count as taken. */
  void noteReservation(NodeId node, Collection<Resources> asked) {
    var sum = asked.stream().reduce(Resources.none(), BundlePlanner::sum);
    for (var view : said.get().nodes()) {
      if (view.id().equals(node)) {
        var old = pendingReservation.get(node);
        var all = old != null && isOf(old, view) ? BundlePlanner.sum(old.asked(), sum) : sum;
        pendingReservation.put(
            node, new PendingReservation(view, all, System.nanoTime() + LONGEST.toNanos()));
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // a node may say the same again
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
