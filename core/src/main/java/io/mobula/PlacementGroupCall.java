package io.mobula;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A placement group about to be made, and the choices before that. Immutable; each verb returns a
 * new one.
 */
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

  /** No bundles yet, packed, nameless, ended with the program that makes it. */
  static PlacementGroupCall of(@Nullable MobulaRuntime runtime) {
    return new PlacementGroupCall(runtime, null, PlacementStrategy.PACK, List.of(), false);
  }

  /** One more bundle, which is on one node whole. Bundles are numbered from zero. */
  public PlacementGroupCall bundle(Resources resources) {
    return bundles(1, resources);
  }

  /** So many more bundles that are alike. */
  public PlacementGroupCall bundles(int count, Resources each) {
    var more = new ArrayList<>(bundles);
    more.addAll(Collections.nCopies(count, Objects.requireNonNull(each, "resources")));
    return new PlacementGroupCall(runtime, name, strategy, List.copyOf(more), detached);
  }

  /** How they lie on nodes; {@link PlacementStrategy#PACK} by default. */
  public PlacementGroupCall strategy(PlacementStrategy how) {
    return new PlacementGroupCall(
        runtime, name, Objects.requireNonNull(how, "strategy"), bundles, detached);
  }

  /** How others find it; unique among living groups of the cluster. */
  public PlacementGroupCall name(String unique) {
    return new PlacementGroupCall(
        runtime, Objects.requireNonNull(unique, "name"), strategy, bundles, detached);
  }

  /** It lives on when the program that makes it has ended, until it is removed. */
  public PlacementGroupCall detached() {
    return new PlacementGroupCall(runtime, name, strategy, bundles, true);
  }

  /**
   * Makes it, and returns when the scheduler of groups has taken note; reserving goes on after
   * that, see {@link PlacementGroup#ready}.
   *
   * @throws io.mobula.error.InvalidRequestException when it has no bundles, or one of nothing
   * @throws io.mobula.error.PlacementGroupException when a living group has its name, when a node
   *     alone could never hold it, or when the scheduler does not answer
   */
  public PlacementGroup create() {
    var into = runtime != null ? runtime : Mobula.runtime();
    return into.create(new PlacementGroupRequest(name, strategy, bundles, detached));
  }
}
