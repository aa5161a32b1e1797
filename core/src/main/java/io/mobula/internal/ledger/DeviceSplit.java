package io.mobula.internal.ledger;

import io.mobula.Resources;
import io.mobula.spi.DeviceRequirement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Accelerators of a host, divided between its processes as a ledger would grant them. Immutable.
 *
 * @param parts of each process
 * @param rest what stays
 */
public record DeviceSplit(List<List<DeviceShare>> parts, List<DeviceShare> rest) {
  /** Copies the lists. */
  public DeviceSplit {
    parts = List.copyOf(parts);
    rest = List.copyOf(rest);
  }

  /**
   * Gives each process as many, or the same share of one.
   *
   * @param each in units
   * @return null if that cannot be, as a share does not lie on two devices
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
