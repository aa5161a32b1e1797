package io.mobula.internal.placement;

import io.mobula.Resources;
import io.mobula.spi.DeviceRequirement;

/**
 * Whether what a bundle holds could hold a request. Of accelerators by number alone: which models
 * they are is known by the bundle's ledger.
 */
public final class BundleCapacity {
  private BundleCapacity() {}

  /** Whether there is as much. */
  public static boolean covers(Resources had, Resources wanted) {
    return lacking(had, wanted) == 0;
  }

  /** Of how many resources there is not enough; accelerators count as one. */
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
