package io.mobula.internal.group;

import io.mobula.NodeId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Members of the cluster as the group scheduler knows them, and which of them have not reported
 * what they hold. Not thread-safe.
 */
final class MemberReports {
  private final SchedulerEffects effects;
  private final Set<NodeId> members;
  private final Set<NodeId> unreported;

  /** Creates the list of these members, none of which has been asked. */
  MemberReports(SchedulerEffects effects, Collection<NodeId> present) {
    this.effects = effects;
    this.members = new HashSet<>(present);
    this.unreported = new HashSet<>(present);
  }

  /** Returns whether some member has not reported yet. */
  boolean areAwaited() {
    return !unreported.isEmpty();
  }

  /** Returns whether the process is a member. */
  boolean isMember(NodeId node) {
    return members.contains(node);
  }

  /** Returns all members, as a view. */
  Set<NodeId> members() {
    return members;
  }

  /** Asks all members that have not reported. */
  void ask() {
    unreported.forEach(effects::ask);
  }

  /** Adds a member, and asks it to report. */
  void joined(NodeId node) {
    if (members.add(node)) {
      unreported.add(node);
      effects.ask(node);
    }
  }

  /** Removes a member that has left. */
  void left(NodeId node) {
    members.remove(node);
    unreported.remove(node);
  }

  /** Notes that a member has reported all that it holds. */
  void reported(NodeId node) {
    unreported.remove(node);
  }
}
