package io.mobula.placement;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.GetTimeoutException;
import io.mobula.spi.PlacementGroupRequest;
import io.mobula.spi.RuntimeEngine;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Bundles of resources, on one node or several, that are reserved together or not at all;
 * {@link Placement#group} sends work to them. Corresponds to Ray's placement group.
 *
 * <pre>{@code
 * PlacementGroup trainers = Mobula.placementGroup()
 *     .bundle(Resources.none().cpus(2))
 *     .bundle(Resources.none().cpus(2))
 *     .strategy(PlacementStrategy.SPREAD)
 *     .create();
 * trainers.ready().get();
 * Mobula.task(QuickStart::square, 2).placement(Placement.group(trainers, 0)).remote();
 * }</pre>
 *
 * <p>A value: it may be an argument, be captured or be stored in any value, and equals any other
 * handle with the same id. Handles neither keep the group alive nor end it: {@link #remove} does,
 * or the end of the program that created it, unless the group is
 * {@linkplain PlacementGroupCall#detached detached}. Safe for use by many threads.
 *
 * <p>Methods that ask the group scheduler wait for its answer, and throw
 * {@link io.mobula.error.PlacementGroupException} when there is none within ten seconds.
 */
public final class PlacementGroup {
  private final transient @Nullable MobulaRuntime runtime;
  private final PlacementGroupId id;
  private final @Nullable String name;
  private final PlacementStrategy strategy;
  private final List<Resources> bundles;

  private PlacementGroup(
      @Nullable MobulaRuntime runtime,
      PlacementGroupId id,
      @Nullable String name,
      PlacementStrategy strategy,
      List<Resources> bundles) {
    this.runtime = runtime;
    this.id = Objects.requireNonNull(id, "id");
    this.name = name;
    this.strategy = Objects.requireNonNull(strategy, "strategy");
    this.bundles = List.copyOf(bundles);
  }

  /**
   * Returns a handle of a group; called by runtimes. Programs use {@link Mobula#placementGroup()}.
   *
   * @param runtime runtime that the handle uses, or null for the runtime of the calling thread
   */
  public static PlacementGroup of(
      @Nullable MobulaRuntime runtime, PlacementGroupId id, PlacementGroupRequest request) {
    return new PlacementGroup(runtime, id, request.name(), request.strategy(), request.bundles());
  }

  /** Returns the id of the group. */
  public PlacementGroupId id() {
    return id;
  }

  /** Returns the name of the group, if it has one. */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** Returns how the bundles are placed on nodes. */
  public PlacementStrategy strategy() {
    return strategy;
  }

  /** Returns the resources of each bundle. */
  public List<Resources> bundles() {
    return bundles;
  }

  /**
   * Returns a ref that completes with this group when all of its bundles are reserved. The ref
   * fails with {@link io.mobula.error.PlacementGroupException} when the group is removed before,
   * and in a cluster after {@code mobula.placement.unschedulable-timeout} if no node could ever
   * hold the bundles. Returns at once.
   */
  public ObjectRef<PlacementGroup> ready() {
    return RuntimeEngine.of(runtime).ready(this);
  }

  /**
   * Waits until all bundles of the group are reserved.
   *
   * @return whether they are, within the timeout
   * @throws io.mobula.error.PlacementGroupException when the group was removed, or can never be
   *     reserved
   */
  public boolean await(Duration timeout) {
    try (var ready = ready()) {
      ready.get(timeout);
      return true;
    } catch (GetTimeoutException late) {
      return false;
    }
  }

  /**
   * Returns where the bundles are and what the group waits for. Asks the group scheduler and waits
   * for the answer.
   */
  public PlacementGroupState state() {
    return RuntimeEngine.of(runtime).state(this);
  }

  /** Returns the node of each bundle, empty for a bundle that has none; see {@link #state}. */
  public List<Optional<NodeId>> nodes() {
    return state().nodes();
  }

  /**
   * Removes the group and ends all work in it: tasks fail with
   * {@link io.mobula.error.PlacementGroupException}, which is also the cause of the death of
   * actors. The resources return to their nodes as soon as the work has stopped. Returns when the
   * scheduler has recorded the removal; removing the group again does nothing.
   */
  public void remove() {
    RuntimeEngine.of(runtime).remove(this);
  }

  /** Returns the text that messages use for a group. */
  public static String describe(PlacementGroupId id, @Nullable String name) {
    return "placement group " + id + (name == null ? "" : " (" + name + ")");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PlacementGroup that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  /** Returns a text such as {@code placement group …-g1 (trainers)}. */
  @Override
  public String toString() {
    return describe(id, name);
  }
}
