package io.mobula.internal.group;

import io.mobula.spi.DeviceRequirement;
import io.mobula.spi.DeviceView;
import java.util.List;

/**
 * Free accelerators of one node during a search, device by device. Not thread-safe.
 *
 * <p>A share goes to the fullest device that can hold it, so that whole devices stay whole.
 */
final class FreeDevices {
  private final List<DeviceView> devices;
  private final long[] free;

  FreeDevices(List<DeviceView> devices) {
    this.devices = devices;
    this.free = devices.stream().mapToLong(DeviceView::free).toArray();
  }

  boolean covers(DeviceRequirement need) {
    int found = 0;
    for (int i = 0; i < free.length && found < need.count(); i++) {
      long units = units(i, need);
      found += units >= 0 && units <= free[i] ? 1 : 0;
    }
    return found >= need.count();
  }

  /** Takes a need that is {@linkplain #covers covered}; the returned units put it back. */
  long[] take(DeviceRequirement need) {
    var taken = new long[free.length];
    for (int k = 0; k < need.count(); k++) {
      int best = -1;
      for (int i = 0; i < free.length; i++) {
        long units = units(i, need);
        boolean fits = units >= 0 && units <= free[i] && taken[i] == 0;
        best = fits && (best < 0 || free[i] < free[best]) ? i : best;
      }
      if (best >= 0) {
        taken[best] = units(best, need);
      }
    }
    change(taken, -1);
    return taken;
  }

  void putBack(long[] taken) {
    change(taken, 1);
  }

  private void change(long[] amounts, int times) {
    for (int i = 0; i < free.length; i++) {
      free[i] += times * amounts[i];
    }
  }

  private long units(int at, DeviceRequirement need) {
    var device = devices.get(at);
    return need.unitsOf(device.model(), device.memoryBytes());
  }
}
