package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Peer;
import io.mobula.spi.DeviceView;
import io.mobula.spi.NodeView;
import java.util.List;
import java.util.Map;

/**
 * A standing worker process that is not up, as its node reports it to others. Immutable.
 *
 * @param number its place among the workers of its node
 * @param total what it has when it is up, by name in fixed-point units
 * @param devices the accelerators that it then has
 * @param givenUp whether it is not started again
 */
public record AbsentWorker(
    int number, Map<String, Long> total, List<DeviceView> devices, boolean givenUp) {
  /** Copies the collections. */
  public AbsentWorker {
    total = Map.copyOf(total);
    devices = List.copyOf(devices);
  }

  /**
   * The view of the worker as it will be once it is up. The id is a placeholder: the process that
   * comes has an id of its own.
   */
  NodeView startedBy(Peer node) {
    var all = NodeResourceReport.resources(total);
    return new NodeView(
        new NodeId(node.id().incarnation() + 1 + number),
        "worker " + number + " of " + node.name(),
        node.labels(),
        all,
        all,
        0,
        0,
        true,
        devices);
  }
}
