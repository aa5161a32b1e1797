package io.mobula.gpu;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a device was put, and what is near it.
 *
 * @param pciAddress on the PCI bus, such as {@code 0000:19:00.0}; empty where that is not told
 * @param numaNode the memory of the host that is nearest
 * @param mig which part of which GPU it is, where it is one
 * @param neighbours devices that it reaches better than any, the nearest first
 */
public record DeviceLocation(
    String pciAddress,
    OptionalInt numaNode,
    Optional<MigInstance> mig,
    List<DeviceNeighbour> neighbours) {
  private static final DeviceLocation UNKNOWN =
      new DeviceLocation("", OptionalInt.empty(), Optional.empty(), List.of());

  /** Sorts the neighbours by how near they are. */
  public DeviceLocation {
    Objects.requireNonNull(pciAddress, "pciAddress");
    Objects.requireNonNull(numaNode, "numaNode");
    Objects.requireNonNull(mig, "mig");
    neighbours = neighbours.stream().sorted().toList();
  }

  /** Nothing is known about it. */
  public static DeviceLocation unknown() {
    return UNKNOWN;
  }

  /** On the bus, near nothing that is known. */
  public static DeviceLocation at(String pciAddress, OptionalInt numaNode) {
    return new DeviceLocation(pciAddress, numaNode, Optional.empty(), List.of());
  }

  /** The same place with other neighbours. */
  public DeviceLocation withNeighbours(List<DeviceNeighbour> others) {
    return new DeviceLocation(pciAddress, numaNode, mig, others);
  }
}
