package io.mobula.spi;

import io.mobula.NodeId;
import io.mobula.Resources;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What one node has and how busy it is, as it said a moment ago. Stale is fine: its ledger has the
 * last word.
 *
 * @param id its incarnation
 * @param name what people call it
 * @param labels what selectors ask for
 * @param total everything it has
 * @param available what of it is free
 * @param queued how many requests wait there
 * @param storeUsage how full its object store is, from 0 to 1
 * @param acceptsWork whether it takes new work: drivers and leaving nodes do not
 * @param devices its accelerators, ill or not
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

  /** One whose accelerators, as many as it has, are known by number alone. */
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

  /** Whether it could ever hold this. */
  public boolean canEverHold(Resources wanted) {
    return covers(total, wanted) && DeviceRequirement.of(wanted).canEverFit(devices);
  }

  /** Whether it could hold this now. */
  public boolean canHoldNow(Resources wanted) {
    return covers(available, wanted) && DeviceRequirement.of(wanted).fits(devices);
  }

  private static boolean covers(Resources had, Resources wanted) {
    return wanted.asUnits().entrySet().stream()
        .allMatch(each -> DeviceRequirement.isDeviceResource(each.getKey())
            || had.units(each.getKey()) >= each.getValue());
  }

  /** Such as {@code node 1f… (name)}. */
  @Override
  public String toString() {
    return "node " + id + " (" + name + ")";
  }
}
