package io.mobula.spi;

import io.mobula.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One healthy accelerator of a node, as others know it.
 *
 * @param model as its driver calls it
 * @param memoryBytes memory of its own; 0 where that is not told
 * @param total how much of it the node hands out, in units of which the whole has
 *     {@value Resources#UNITS_PER_ONE}
 * @param free what of that is free
 */
public record DeviceView(String model, long memoryBytes, long total, long free) {
  /** Refuses null. */
  public DeviceView {
    Objects.requireNonNull(model, "model");
  }

  /** Devices of no known model, so much in all, and of that so much free in whole ones first. */
  static List<DeviceView> unknown(long total, long free) {
    var devices = new ArrayList<DeviceView>();
    long left = free;
    for (long at = 0; at < total; at += Resources.UNITS_PER_ONE) {
      long all = Math.min(Resources.UNITS_PER_ONE, total - at);
      long open = Math.min(all, left);
      devices.add(new DeviceView("", 0, all, open));
      left -= open;
    }
    return devices;
  }

  /** The same with nothing taken. */
  DeviceView unused() {
    return new DeviceView(model, memoryBytes, total, total);
  }
}
