package io.mobula;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a running task or actor method can know about itself; see {@link Mobula#context()}. Valid
 * while it runs.
 */
public interface TaskContext {

  /** The node that runs it. */
  NodeId node();

  /** The first result of this task or call. */
  ObjectId id();

  /** What logs and errors call it. */
  String name();

  /** Which attempt this is, from 1. */
  int attempt();

  /** What it holds. */
  Resources resources();

  /**
   * The accelerators that it holds, in the order of their index; empty if it asked for none. Asked
   * again, it also says which of them have fallen ill meanwhile.
   */
  List<Gpu> gpus();

  /**
   * Whether somebody cancelled it, or its time is up. A loop without blocking calls should look now
   * and then.
   */
  boolean isCancelled();

  /** When its result is no longer wanted, if it has a deadline. */
  Optional<Instant> deadline();

  /**
   * The actor whose method this is, or empty in a task. The handle does not keep the actor alive
   * that has it, in a field or elsewhere; one that it gives to others does.
   */
  Optional<ActorHandle<?>> self();

  /** The placement group that it runs in, or empty. */
  Optional<PlacementGroup> placementGroup();

  /** The runtime that runs it. */
  MobulaRuntime runtime();
}
