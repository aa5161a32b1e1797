package io.mobula.gpu;

import java.util.Comparator;
import java.util.Objects;

/**
 * Another device, with the best connection to it.
 *
 * @param uuid UUID of the other device
 * @param link the best connection
 */
public record DeviceNeighbour(String uuid, DeviceLink link) implements Comparable<DeviceNeighbour> {
  private static final Comparator<DeviceNeighbour> NEAREST_FIRST =
      Comparator.comparing(DeviceNeighbour::link).thenComparing(DeviceNeighbour::uuid);

  /** Refuses a null component. */
  public DeviceNeighbour {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(link, "link");
  }

  /** Orders the nearer neighbour first. */
  @Override
  public int compareTo(DeviceNeighbour other) {
    return NEAREST_FIRST.compare(this, other);
  }
}
