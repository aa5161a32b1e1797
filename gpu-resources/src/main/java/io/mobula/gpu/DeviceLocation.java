package io.mobula.gpu;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Location of a device in its host, with its neighbours.
 *
 * @param pciAddress address on the PCI bus, such as {@code 0000:19:00.0}; empty if unknown
 * @param numaNode the nearest NUMA node of the host
 * @param mig the part of a GPU that the device is, if it is a MIG instance
 * @param neighbours devices with a fast connection to this one, the nearest first
 */
public record DeviceLocation(
    String pciAddress,
    OptionalInt numaNode,
    Optional<MigInstance> mig,
    List<DeviceNeighbour> neighbours) {
  private static final DeviceLocation UNKNOWN =
      new DeviceLocation("", OptionalInt.empty(), Optional.empty(), List.of());

  /** Sorts the neighbours by distance. */
  public DeviceLocation {
    Objects.requireNonNull(pciAddress, "pciAddress");
    Objects.requireNonNull(numaNode, "numaNode");
    Objects.requireNonNull(mig, "mig");
    neighbours = neighbours.stream().sorted().toList();
  }

  /** Returns a location of which nothing is known. */
  public static DeviceLocation unknown() {
    return UNKNOWN;
  }

  /** Returns a location on the bus without known neighbours. */
  public static DeviceLocation at(String pciAddress, OptionalInt numaNode) {
    return new DeviceLocation(pciAddress, numaNode, Optional.empty(), List.of());
  }

  /** Returns the same location with other neighbours. */
  public DeviceLocation withNeighbours(List<DeviceNeighbour> others) {
    return new DeviceLocation(pciAddress, numaNode, mig, others);
  }
}
