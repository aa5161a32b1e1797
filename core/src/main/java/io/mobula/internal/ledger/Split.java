package io.mobula.internal.ledger;

import io.mobula.Resources;
import io.mobula.spi.DeviceNeed;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Accelerators of a host, divided between its processes as a ledger would grant them. Immutable.
 *
 * @param parts of each process
 * @param rest what stays
 */
public record Split(List<List<Share>> parts, List<Share> rest) {
  /** Copies the lists. */
  public Split {
    parts = List.copyOf(parts);
    rest = List.copyOf(rest);
  }

  /**
   * Gives each process as many, or the same share of one.
   *
   * @param each in units
   * @return null if that cannot be, as a share does not lie on two devices
   */
  public static @Nullable Split of(List<Share> all, int processes, long each) {
    var devices = new Devices(all);
    var need = DeviceNeed.of(Resources.none().withUnits(Resources.GPU, each));
    var parts = new ArrayList<List<Share>>();
    for (int i = 0; i < processes; i++) {
      if (!devices.fits(need)) {
        return null;
      }
      parts.add(devices.take(need));
    }
    return new Split(parts, devices.rest());
  }
}
