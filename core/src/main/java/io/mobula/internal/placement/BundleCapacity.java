package io.mobula.internal.placement;

import io.mobula.placement.Resources;
import io.mobula.spi.DeviceRequirement;

/**
 * Comparison of a bundle's resources with a request. Of accelerators only the number and the share
 * count; the bundle's ledger knows their models.
 */
public final class BundleCapacity {
  private BundleCapacity() {}

  /** Returns whether the bundle has at least the wanted amounts. */
  public static boolean covers(Resources had, Resources wanted) {
    return lacking(had, wanted) == 0;
  }

  /** Returns how many resources are too small; accelerators count as one. */
  static int lacking(Resources had, Resources wanted) {
    int others = (int) wanted.asUnits().entrySet().stream()
        .filter(each -> !DeviceRequirement.isDeviceResource(each.getKey())
            && had.units(each.getKey()) < each.getValue())
        .count();
    return others
        + (coversDevices(DeviceRequirement.of(had), DeviceRequirement.of(wanted)) ? 0 : 1);
  }

  private static boolean coversDevices(DeviceRequirement had, DeviceRequirement wanted) {
    if (wanted.memory() > 0 && had.memory() > 0) {
      return wanted.memory() <= had.memory();
    }
    boolean shareIsKnown = had.share() > 0 && wanted.share() > 0;
    return wanted.count() <= had.count() && !(shareIsKnown && wanted.share() > had.share());
  }
}
