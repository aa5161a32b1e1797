package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.placement.PlacementGroupId;
import java.util.List;

/**
 * Effects of the group scheduler's decisions, which the caller of {@link GroupSchedulerState}
 * carries out. They must not call back into the state.
 */
interface SchedulerEffects {
  /** Returns the next version, which increases with each call. */
  GroupStatus.Version nextVersion();

  /** Asks a node to report what it holds. */
  void ask(NodeId node);

  /** Asks a node to reserve bundles. */
  void prepare(NodeId at, GroupSpec spec, int attempt, List<Integer> bundles);

  /** Tells a node to make its reservation permanent, and where the other bundles are. */
  void commit(NodeId at, BundleAssignment map);

  /** Tells a node to release a reservation. */
  void abort(NodeId at, PlacementGroupId id, int attempt);

  /** Tells a node to end everything that it has of a group. */
  void remove(NodeId at, PlacementGroupId id, GroupTermination termination);

  /** Tells every process the status of a group. */
  void publish(GroupStatus status);

  /** Tells every process that a group has ended. */
  void ended(PlacementGroupId id, GroupTermination termination);

  /** Tells every process that the status of all living groups has been sent. */
  void updatesComplete();
}
