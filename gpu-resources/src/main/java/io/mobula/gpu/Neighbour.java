package io.mobula.gpu;

import java.util.Comparator;
import java.util.Objects;

/**
 * Another device, and how a device reaches it.
 *
 * @param uuid the other
 * @param link the best way
 */
public record Neighbour(String uuid, Link link) implements Comparable<Neighbour> {
  private static final Comparator<Neighbour> NEAREST_FIRST =
      Comparator.comparing(Neighbour::link).thenComparing(Neighbour::uuid);

  /** Refuses null. */
  public Neighbour {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(link, "link");
  }

  /** The nearer one comes first. */
  @Override
  public int compareTo(Neighbour other) {
    return NEAREST_FIRST.compare(this, other);
  }
}
