package io.mobula.internal.ledger;

import io.mobula.placement.Resources;
import io.mobula.spi.DeviceRequirement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Immutable split of a host's accelerators between its processes, allocated as a ledger would grant
 * them.
 *
 * @param parts the shares of each process
 * @param rest the shares that are left
 */
public record DeviceSplit(List<List<DeviceShare>> parts, List<DeviceShare> rest) {
  /** Copies the lists into immutable ones. */
  public DeviceSplit {
    parts = List.copyOf(parts);
    rest = List.copyOf(rest);
  }

  /**
   * Gives each process the same number of devices, or the same share of one device.
   *
   * @param each units for each process
   * @return null if that is impossible, as a share cannot span two devices
   */
  public static @Nullable DeviceSplit of(List<DeviceShare> all, int processes, long each) {
    var deviceAllocator = new DeviceAllocator(all);
    var need = DeviceRequirement.of(Resources.none().withUnits(Resources.GPU, each));
    var parts = new ArrayList<List<DeviceShare>>();
    for (int i = 0; i < processes; i++) {
      if (!deviceAllocator.fits(need)) {
        return null;
      }
      parts.add(deviceAllocator.take(need));
    }
    return new DeviceSplit(parts, deviceAllocator.rest());
  }
}
