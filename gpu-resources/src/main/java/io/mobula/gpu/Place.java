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
public record Place(
    String pciAddress,
    OptionalInt numaNode,
    Optional<MigInstance> mig,
    List<Neighbour> neighbours) {
  private static final Place UNKNOWN =
      new Place("", OptionalInt.empty(), Optional.empty(), List.of());

  /** Sorts the neighbours by how near they are. */
  public Place {
    Objects.requireNonNull(pciAddress, "pciAddress");
    Objects.requireNonNull(numaNode, "numaNode");
    Objects.requireNonNull(mig, "mig");
    neighbours = neighbours.stream().sorted().toList();
  }

  /** Nothing is known about it. */
  public static Place unknown() {
    return UNKNOWN;
  }

  /** On the bus, near nothing that is known. */
  public static Place at(String pciAddress, OptionalInt numaNode) {
    return new Place(pciAddress, numaNode, Optional.empty(), List.of());
  }

  /** The same place with other neighbours. */
  public Place withNeighbours(List<Neighbour> others) {
    return new Place(pciAddress, numaNode, mig, others);
  }
}
