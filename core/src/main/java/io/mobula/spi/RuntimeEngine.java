package io.mobula.spi;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ObjectRefStream;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Operations of a runtime that the call forms, builders and handles of {@code io.mobula} use.
 * Programs use those; every {@link MobulaRuntime} that a {@link RuntimeFactory} opens is an engine.
 *
 * <p>Safe for use by many threads.
 */
public interface RuntimeEngine extends MobulaRuntime {

  /** Returns the engine of a runtime or, for null, of the runtime of the calling thread. */
  static RuntimeEngine of(@Nullable MobulaRuntime runtime) {
    return (RuntimeEngine) (runtime != null ? runtime : RuntimeLocator.current());
  }

  /** Starts a task with one result. */
  <R extends @Nullable Object> ObjectRef<R> submit(TaskRequest request);

  /** Starts a task with {@code count} results. */
  <R extends @Nullable Object> List<ObjectRef<R>> submitMany(TaskRequest request, int count);

  /** Starts a task that returns a stream or an iterator of results. */
  <R extends @Nullable Object> ObjectRefStream<R> submitStream(TaskRequest request);

  /** Creates an actor, and returns its handle at once. */
  <A> ActorHandle<A> create(ActorRequest request);

  /** Creates a placement group. */
  PlacementGroup create(PlacementGroupRequest request);

  /**
   * Returns a ref that completes when all bundles are reserved; see {@link PlacementGroup#ready}.
   */
  ObjectRef<PlacementGroup> ready(PlacementGroup group);

  /** Returns the current state of the group; see {@link PlacementGroup#state}. */
  PlacementGroupState state(PlacementGroup group);

  /** Removes the group and ends the work in it; see {@link PlacementGroup#remove}. */
  void remove(PlacementGroup group);
}
