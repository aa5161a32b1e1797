package io.mobula.internal.node;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.info.PeerChannelInfo;
import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.List;

/**
 * Report of one node about its resources and work, or the sum of several nodes' reports.
 *
 * @param total the total resources
 * @param available the free resources
 * @param waiting what waits, with the reasons; at most 1 000 entries
 * @param channels the traffic to other processes
 */
record NodeReport(
    Resources total,
    Resources available,
    List<WaitingWork> waiting,
    List<PeerChannelInfo> channels) {
  static final NodeReport NOTHING =
      new NodeReport(Resources.none(), Resources.none(), List.of(), List.of());

  private static final int MAX_WAITING = 1000;

  NodeReport {
    waiting = waiting.stream().limit(MAX_WAITING).toList();
  }

  /** Adds another report to this one. */
  NodeReport plus(NodeReport other) {
    return new NodeReport(
        sum(total, other.total),
        sum(available, other.available),
        joined(waiting, other.waiting),
        joined(channels, other.channels));
  }

  private static <T> List<T> joined(List<T> one, List<T> other) {
    var all = new ArrayList<>(one);
    all.addAll(other);
    return List.copyOf(all);
  }

  private static Resources sum(Resources one, Resources other) {
    var result = one;
    for (var each : other.asUnits().entrySet()) {
      result = result.withUnits(each.getKey(), one.units(each.getKey()) + each.getValue());
    }
    return result;
  }
}
