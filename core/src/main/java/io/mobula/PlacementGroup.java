package io.mobula;

import io.mobula.error.GetTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Bundles of resources that are reserved together or not at all, on one node or several; work is
 * sent to them by {@link Placement#group}. Ray's placement group.
 *
 * <pre>{@code
 * PlacementGroup trainers = Mobula.placementGroup()
 *     .bundle(Resources.none().cpus(2))
 *     .bundle(Resources.none().cpus(2))
 *     .strategy(PlacementStrategy.SPREAD)
 *     .create();
 * trainers.ready().get();
 * Mobula.task(Quick::square, 2).placement(Placement.group(trainers, 0)).remote();
 * }</pre>
 *
 * <p>A value: may be an argument, captured, or stored in any value, and is the same as another of
 * that id. It does not keep the group alive, and does not end it: that is {@link #remove}, or the
 * end of the program that made it, unless it is {@linkplain PlacementGroupCall#detached detached}.
 * Safe for use by many threads.
 *
 * <p>What asks the scheduler of groups waits for its answer, and fails with
 * {@link io.mobula.error.PlacementGroupException} when there is none within ten seconds.
 */
public final class PlacementGroup {
  private final transient @Nullable MobulaRuntime runtime;
  private final PlacementGroupId id;
  private final @Nullable String name;
  private final PlacementStrategy strategy;
  private final List<Resources> bundles;

  /** Made by a runtime. */
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
   * A handle of a group; what runtimes do. Users write {@link Mobula#placementGroup()}.
   *
   * @param runtime what it asks, or null for that of whoever uses it
   */
  public static PlacementGroup of(
      @Nullable MobulaRuntime runtime, PlacementGroupId id, PlacementGroupRequest request) {
    return new PlacementGroup(runtime, id, request.name(), request.strategy(), request.bundles());
  }

  private MobulaRuntime resolveRuntime() {
    return runtime != null ? runtime : Mobula.runtime();
  }

  /** Names it in its cluster. */
  public PlacementGroupId id() {
    return id;
  }

  /** The name that it was given. */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** How its bundles lie on nodes. */
  public PlacementStrategy strategy() {
    return strategy;
  }

  /** What each of its bundles holds. */
  public List<Resources> bundles() {
    return bundles;
  }

  /**
   * Completes with this group when all of its bundles are reserved. Fails with
   * {@link io.mobula.error.PlacementGroupException} when it is removed before, and in a cluster
   * after {@code mobula.placement.unschedulable-timeout} if no node could ever hold what it asks
   * for. Returns at once.
   */
  public ObjectRef<PlacementGroup> ready() {
    return resolveRuntime().ready(this);
  }

  /**
   * Waits until all of its bundles are reserved.
   *
   * @return whether they are, within the limit
   * @throws io.mobula.error.PlacementGroupException when it is no more, or can never be
   */
  public boolean await(Duration limit) {
    try (var ready = ready()) {
      ready.get(limit);
      return true;
    } catch (GetTimeoutException late) {
      return false;
    }
  }

  /** Where it is, and what it waits for. Asks the scheduler and waits for the answer. */
  public PlacementGroupState state() {
    return resolveRuntime().state(this);
  }

  /** The node of each bundle, as {@link #state} says; empty for one that has none. */
  public List<Optional<NodeId>> nodes() {
    return state().nodes();
  }

  /**
   * Ends it, and all that runs in it: tasks fail with
   * {@link io.mobula.error.PlacementGroupException}, actors die with it as their cause. Its
   * resources go back to their nodes as soon as what ran in it has stopped. Returns when the
   * scheduler has taken note; removing again does nothing.
   */
  public void remove() {
    resolveRuntime().remove(this);
  }

  /** What messages call a group. */
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

  /** Such as {@code placement group …-g1 (trainers)}. */
  @Override
  public String toString() {
    return describe(id, name);
  }
}
