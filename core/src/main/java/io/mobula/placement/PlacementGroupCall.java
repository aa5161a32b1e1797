package io.mobula.placement;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.spi.PlacementGroupRequest;
import io.mobula.spi.RuntimeEngine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builder of a placement group. Immutable; each method returns a new builder. */
public final class PlacementGroupCall {
  private final @Nullable MobulaRuntime runtime;
  private final @Nullable String name;
  private final PlacementStrategy strategy;
  private final List<Resources> bundles;
  private final boolean detached;

  private PlacementGroupCall(
      @Nullable MobulaRuntime runtime,
      @Nullable String name,
      PlacementStrategy strategy,
      List<Resources> bundles,
      boolean detached) {
    this.runtime = runtime;
    this.name = name;
    this.strategy = strategy;
    this.bundles = bundles;
    this.detached = detached;
  }

  /**
   * Returns the builder of a group without bundles and name that is packed and ends with the
   * program that creates it. Programs use {@link Mobula#placementGroup()}.
   *
   * @param runtime runtime that creates the group, or null for that of the calling thread
   */
  public static PlacementGroupCall of(@Nullable MobulaRuntime runtime) {
    return new PlacementGroupCall(runtime, null, PlacementStrategy.PACK, List.of(), false);
  }

  /** Adds a bundle; all of its resources will be on one node. Bundles are numbered from zero. */
  public PlacementGroupCall bundle(Resources resources) {
    return bundles(1, resources);
  }

  /** Adds several equal bundles. */
  public PlacementGroupCall bundles(int count, Resources each) {
    var more = new ArrayList<>(bundles);
    more.addAll(Collections.nCopies(count, Objects.requireNonNull(each, "resources")));
    return new PlacementGroupCall(runtime, name, strategy, List.copyOf(more), detached);
  }

  /** Sets how the bundles are placed on nodes; {@link PlacementStrategy#PACK} by default. */
  public PlacementGroupCall strategy(PlacementStrategy how) {
    return new PlacementGroupCall(
        runtime, name, Objects.requireNonNull(how, "strategy"), bundles, detached);
  }

  /**
   * Sets the name by which other programs find the group, unique among living groups of the
   * cluster.
   */
  public PlacementGroupCall name(String unique) {
    return new PlacementGroupCall(
        runtime, Objects.requireNonNull(unique, "name"), strategy, bundles, detached);
  }

  /**
   * Keeps the group alive when the program that creates it has ended, until the group is removed.
   */
  public PlacementGroupCall detached() {
    return new PlacementGroupCall(runtime, name, strategy, bundles, true);
  }

  /**
   * Creates the group, and returns when the group scheduler has recorded it; the reservation
   * continues after that, see {@link PlacementGroup#ready}.
   *
   * @throws io.mobula.error.InvalidRequestException when the group has no bundles, or an empty one
   * @throws io.mobula.error.PlacementGroupException when a living group has the name, when a
   *     runtime of one node could never hold the group, or when the scheduler does not answer
   *     within 10 s; a group that it makes later is removed
   */
  public PlacementGroup create() {
    return RuntimeEngine.of(runtime)
        .create(new PlacementGroupRequest(name, strategy, bundles, detached));
  }
}
