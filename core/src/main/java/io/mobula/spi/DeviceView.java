package io.mobula.spi;

import io.mobula.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One accelerator of a node, as others know it.
 *
 * @param index its place among the node's
 * @param uuid tells it from all others
 * @param model as its driver calls it; empty where that is not told
 * @param memoryBytes memory of its own; 0 where that is not told
 * @param total how much of it the node hands out, in units of which the whole has
 *     {@value Resources#UNITS_PER_ONE}
 * @param used what of that is held
 * @param unhealthyReason why it is granted to nobody; empty if it is healthy
 */
public record DeviceView(
    int index,
    String uuid,
    String model,
    long memoryBytes,
    long total,
    long used,
    String unhealthyReason) {
  /** Refuses null. */
  public DeviceView {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(unhealthyReason, "illness");
  }

  /** How much of it can be granted now. */
  public long free() {
    return unhealthyReason.isEmpty() ? total - used : 0;
  }

  /** Devices of no known model, so much in all, and of that so much free in whole ones first. */
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

  /** The same with nothing taken. */
  DeviceView unused() {
    return new DeviceView(index, uuid, model, memoryBytes, total, 0, unhealthyReason);
  }
}
