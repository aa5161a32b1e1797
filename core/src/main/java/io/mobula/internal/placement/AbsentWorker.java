package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Peer;
import io.mobula.spi.DeviceView;
import io.mobula.spi.NodeView;
import java.util.List;
import java.util.Map;

/**
 * Immutable description of a static worker process that is not up, as its node reports it.
 *
 * @param number its index among the workers of its node
 * @param total the resources that it has when it is up, by name in fixed-point units
 * @param devices the accelerators that it has when it is up
 * @param givenUp whether it is not restarted any more
 */
public record AbsentWorker(
    int number, Map<String, Long> total, List<DeviceView> devices, boolean givenUp) {
  /** Copies the collections into immutable ones. */
  public AbsentWorker {
    total = Map.copyOf(total);
    devices = List.copyOf(devices);
  }

  /**
   * Returns the view of the worker as it will be when it is up. The id is a placeholder, since the
   * new process makes its own.
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
