package io.mobula;

import io.mobula.placement.PlacementGroup;
import io.mobula.placement.Resources;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Context of a running task or actor method; see {@link Mobula#context()}. Valid while it runs. */
public interface TaskContext {

  /** Returns the node that runs the task or method. */
  NodeId node();

  /** Returns the id of the first result of this task or call. */
  ObjectId id();

  /** Returns the name used in logs and errors. */
  String name();

  /** Returns the number of this attempt, from 1. */
  int attempt();

  /** Returns the resources that the task or actor holds. */
  Resources resources();

  /**
   * Returns the accelerators that the task or actor holds, ordered by index; empty if it requested
   * none. A later call also reports devices that have become unhealthy since.
   */
  List<Gpu> gpus();

  /**
   * Returns whether the task or call was cancelled or has exceeded its time limit. A loop without
   * blocking calls should check this now and then.
   */
  boolean isCancelled();

  /** Returns the instant after which the result is no longer needed, if there is one. */
  Optional<Instant> deadline();

  /**
   * Returns the handle of the actor whose method runs; empty in a task. The actor may keep this
   * handle in its own state without keeping itself alive; a handle that it passes to others does
   * keep it alive.
   */
  Optional<ActorHandle<?>> self();

  /** Returns the placement group that the work runs in, or empty. */
  Optional<PlacementGroup> placementGroup();

  /** Returns the runtime that runs the task or method. */
  MobulaRuntime runtime();
}
