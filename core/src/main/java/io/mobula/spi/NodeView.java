package io.mobula.spi;

import io.mobula.NodeId;
import io.mobula.placement.Resources;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * View of a node's resources and load, as it reported them a moment ago. The view may be stale: the
 * node's ledger decides.
 *
 * @param id incarnation of the node
 * @param name name for people
 * @param labels labels that selectors match
 * @param total all resources of the node
 * @param available free resources
 * @param queued number of requests that wait there
 * @param storeUsage used fraction of its object store, from 0 to 1
 * @param acceptsWork whether it accepts new work: drivers and leaving nodes do not
 * @param devices its accelerators, healthy or not
 */
public record NodeView(
    NodeId id,
    String name,
    Map<String, String> labels,
    Resources total,
    Resources available,
    int queued,
    double storeUsage,
    boolean acceptsWork,
    List<DeviceView> devices) {
  /** Copies the labels and the devices, and refuses nulls. */
  public NodeView {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    labels = Map.copyOf(labels);
    Objects.requireNonNull(total, "total");
    Objects.requireNonNull(available, "available");
    devices = List.copyOf(devices);
  }

  /** Creates the view of a node of whose accelerators only the number is known. */
  public NodeView(
      NodeId id,
      String name,
      Map<String, String> labels,
      Resources total,
      Resources available,
      int queued,
      double storeUsage,
      boolean acceptsWork) {
    this(
        id,
        name,
        labels,
        total,
        available,
        queued,
        storeUsage,
        acceptsWork,
        DeviceView.ofUnknownModel(total.units(Resources.GPU), available.units(Resources.GPU)));
  }

  /** Returns whether the node could ever hold the requested resources. */
  public boolean canEverHold(Resources wanted) {
    return covers(total, wanted) && DeviceRequirement.of(wanted).canEverFit(devices);
  }

  /** Returns whether the node could hold the requested resources now. */
  public boolean canHoldNow(Resources wanted) {
    return covers(available, wanted) && DeviceRequirement.of(wanted).fits(devices);
  }

  private static boolean covers(Resources had, Resources wanted) {
    return wanted.asUnits().entrySet().stream()
        .allMatch(each -> DeviceRequirement.isDeviceResource(each.getKey())
            || had.units(each.getKey()) >= each.getValue());
  }

  /** Returns a text such as {@code node 1f… (name)}. */
  @Override
  public String toString() {
    return "node " + id + " (" + name + ")";
  }
}
