package io.mobula.internal.group;

import io.mobula.internal.group.PlacementGroupService.GroupWorkListener;
import io.mobula.placement.PlacementGroupId;

/**
 * Receiver of what the scheduler tells this process of groups: it updates the table, and ends the
 * work of groups that have ended. Thread-safe; nothing blocks.
 */
final class GroupUpdates {
  private final GroupTable table;
  private volatile GroupWorkListener work = (id, how, exception) -> {};

  GroupUpdates(GroupTable table) {
    this.table = table;
  }

  /** Sets the listener that ends work in groups. */
  void setWork(GroupWorkListener listener) {
    work = listener;
  }

  /** Takes over what a reply says of a group. */
  void learn(GroupScheduler.ClientReply reply) {
    switch (reply) {
      case GroupScheduler.GroupFound(var status) -> table.put(status);
      case GroupScheduler.GroupEnded(var id, var termination) -> end(id, termination);
      case GroupScheduler.Accepted accepted -> {}
      case GroupScheduler.NameTaken taken -> {}
      case GroupScheduler.NameUnknown unknown -> {}
    }
  }

  /** Notes that a group has ended, and ends its work here; a second call has no effect. */
  void end(PlacementGroupId id, GroupTermination termination) {
    var ended = table.end(id, termination);
    if (ended != null) {
      endWork(id, ended);
    }
  }

  /** Ends the work here of a group that the table knows to have ended. */
  void endWork(PlacementGroupId id, GroupTable.EndedGroup ended) {
    work.ended(
        id,
        "its " + ended.group() + " is no more: " + ended.ending().why(),
        what -> ended.ending().exception(what, ended.group()));
  }
}
