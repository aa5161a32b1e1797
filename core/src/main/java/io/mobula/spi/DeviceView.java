package io.mobula.spi;

import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * View of one accelerator of a node, as other processes know it.
 *
 * @param index position among the devices of the node
 * @param uuid unique id of the device
 * @param model name that the driver gives; empty if unknown
 * @param memoryBytes the device's own memory; 0 if unknown
 * @param total units that the node offers, of {@value Resources#UNITS_PER_ONE} for the whole device
 * @param used units of {@code total} that are held
 * @param unhealthyReason why the device is granted to no one; empty if it is healthy
 */
public record DeviceView(
    int index,
    String uuid,
    String model,
    long memoryBytes,
    long total,
    long used,
    String unhealthyReason) {
  /** Refuses a null component. */
  public DeviceView {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(unhealthyReason, "unhealthyReason");
  }

  /** Returns how many units can be granted now. */
  public long free() {
    return unhealthyReason.isEmpty() ? total - used : 0;
  }

  /**
   * Returns devices of unknown model with these total units, of which the free units are assigned
   * to whole devices first.
   */
  static List<DeviceView> ofUnknownModel(long total, long free) {
    var devices = new ArrayList<DeviceView>();
    long left = free;
    for (long at = 0; at < total; at += Resources.UNITS_PER_ONE) {
      long all = Math.min(Resources.UNITS_PER_ONE, total - at);
      long open = Math.min(all, left);
      int index = devices.size();
      devices.add(new DeviceView(index, "declared-" + index, "", 0, all, all - open, ""));
      left -= open;
    }
    return devices;
  }

  /** Returns this device with nothing in use. */
  DeviceView unused() {
    return new DeviceView(index, uuid, model, memoryBytes, total, 0, unhealthyReason);
  }
}
