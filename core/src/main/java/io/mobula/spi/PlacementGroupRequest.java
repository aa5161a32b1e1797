package io.mobula.spi;

import io.mobula.error.InvalidRequestException;
import io.mobula.placement.PlacementGroupCall;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Request to create a placement group, which {@link PlacementGroupCall} passes to
 * {@link RuntimeEngine#create(PlacementGroupRequest)}. Programs use that builder.
 *
 * @param name unique among living groups, or null
 * @param strategy how the bundles are placed on nodes
 * @param bundles resources of each bundle
 * @param detached whether the group outlives the program that creates it
 */
public record PlacementGroupRequest(
    @Nullable String name, PlacementStrategy strategy, List<Resources> bundles, boolean detached) {
  /** Maximum number of bundles of a group. */
  public static final int MAX_BUNDLES = 1_000;

  /** Approximate limit of the bytes that all bundles take in a message. */
  private static final int MAX_BYTES = 128 << 10;

  /**
   * Refuses a blank or very long name, a group without bundles or with too many, and empty bundles.
   */
  public PlacementGroupRequest {
    NameLimit.require("a placement group", name);
    Objects.requireNonNull(strategy, "strategy");
    bundles = List.copyOf(bundles);
    if (name != null && name.isBlank()) {
      throw new InvalidRequestException(
          "A placement group's name cannot be blank; leave it out for a group without one.");
    }
    if (bundles.isEmpty()) {
      throw new InvalidRequestException(
          "A placement group needs at least one bundle: say bundle(Resources.none().cpus(1)) before create().");
    }
    if (bundles.size() > MAX_BUNDLES) {
      throw new InvalidRequestException("Wanted a placement group of " + bundles.size()
          + " bundles: the most is " + MAX_BUNDLES + ".");
    }
    for (int i = 0; i < bundles.size(); i++) {
      if (bundles.get(i).asUnits().isEmpty()) {
        throw new InvalidRequestException(
            "Bundle " + i
                + " of a placement group asks for nothing: there is nothing to reserve. Give it a resource, or leave it out.");
      }
    }
    requireFitsMessage(bundles);
  }

  private static void requireFitsMessage(List<Resources> bundles) {
    long bytes = bundles.stream()
        .flatMap(bundle -> bundle.asUnits().keySet().stream())
        .mapToLong(resource -> resource.length() + 12L)
        .sum();
    if (bytes > MAX_BYTES) {
      throw new InvalidRequestException("The " + bundles.size()
          + " bundles of a placement group name so many resources that they take " + bytes
          + " bytes in a message, more than " + MAX_BYTES
          + ". Give them fewer resources or shorter names, or make several groups.");
    }
  }
}
