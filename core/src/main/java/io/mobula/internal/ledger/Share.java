package io.mobula.internal.ledger;

import io.mobula.Gpu;
import io.mobula.Resources;
import io.mobula.spi.Device;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A device, or the part of it that a lease holds. Immutable.
 *
 * @param device as it was when the ledger last heard of it
 * @param units how much of it, the whole having {@value Resources#UNITS_PER_ONE}
 */
public record Share(Device device, long units) {

  /** As its holder knows it. */
  Gpu gpu() {
    return new Gpu(
        device.index(), device.uuid(), (double) units / Resources.UNITS_PER_ONE, device.illness());
  }

  /** The whole of each device. */
  public static List<Share> whole(List<Device> devices) {
    return devices.stream()
        .map(device -> new Share(device, Resources.UNITS_PER_ONE))
        .toList();
  }

  /** So many units of devices of which nothing is known; the last may be a part of one. */
  public static List<Share> declared(long units) {
    long whole = Resources.UNITS_PER_ONE;
    int count = Math.toIntExact((units + whole - 1) / whole);
    return IntStream.range(0, count)
        .mapToObj(
            index -> new Share(Device.declared(index), Math.min(whole, units - index * whole)))
        .toList();
  }
}
