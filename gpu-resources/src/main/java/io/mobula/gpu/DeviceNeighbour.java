package io.mobula.gpu;

import java.util.Comparator;
import java.util.Objects;

/**
 * Another device, and how a device reaches it.
 *
 * @param uuid the other
 * @param link the best way
 */
public record DeviceNeighbour(String uuid, DeviceLink link) implements Comparable<DeviceNeighbour> {
  private static final Comparator<DeviceNeighbour> NEAREST_FIRST =
      Comparator.comparing(DeviceNeighbour::link).thenComparing(DeviceNeighbour::uuid);

  /** Refuses null. */
  public DeviceNeighbour {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(link, "link");
  }

  /** The nearer one comes first. */
  @Override
  public int compareTo(DeviceNeighbour other) {
    return NEAREST_FIRST.compare(this, other);
  }
}
