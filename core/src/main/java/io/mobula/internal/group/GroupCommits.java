package io.mobula.internal.group;

import io.mobula.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Two-phase commit of the bundles of a group, as the scheduler coordinates it: nodes prepare
 * reservations, and commit them when all have. Pure, with the time as an argument in milliseconds;
 * not thread-safe.
 *
 * <p>An abort is presumed (Mohan and Lindsay, 1983): a prepared reservation expires unless it is
 * committed. A commit carries the whole assignment, so that a new scheduler learns it from any
 * node.
 */
final class GroupCommits {
  private final SchedulerTiming timing;
  private final SchedulerEffects effects;
  private final MemberReports reports;

  GroupCommits(SchedulerTiming timing, SchedulerEffects effects, MemberReports reports) {
    this.timing = timing;
    this.effects = effects;
    this.reports = reports;
  }

  /** Tells every process the status of a group. */
  void publish(GroupEntry group) {
    effects.publish(group.status(effects.nextVersion()));
  }

  // ---- prepared

  /** Asks nodes to reserve the bundles that have none. */
  void prepare(GroupEntry group, Map<Integer, NodeId> places, long now) {
    group.prepare(places, now + timing.answerTimeout());
    var byNode = new LinkedHashMap<NodeId, List<Integer>>();
    new TreeMap<>(places)
        .forEach((bundle, node) ->
            byNode.computeIfAbsent(node, key -> new ArrayList<>()).add(bundle));
    byNode.forEach(
        (node, bundles) -> effects.prepare(node, group.spec(), group.attempt(), bundles));
  }

  /** Handles that a node has reserved its bundles: the last one decides the attempt. */
  void prepared(GroupEntry group, NodeId node, int attempt, long now) {
    if (!group.isPreparingAt(node) || group.attempt() != attempt) {
      boolean decided = group.isCommitting() && group.attempt() == attempt;
      if (!decided) {
        effects.abort(node, group.spec().id(), attempt);
      }
      return;
    }
    if (group.prepared(node)) {
      group.decide(now + timing.answerTimeout());
      tellHolders(group);
      publish(group);
    }
  }

  /** Handles that a node has less free than it had reported. */
  void refused(GroupEntry group, NodeId node, int attempt, long now) {
    if (group.isPreparingAt(node) && group.attempt() == attempt) {
      abort(group, "node " + node + " has less free than it had reported", now);
    }
  }

  /** Aborts the attempt that is being prepared; the group waits for the next one. */
  void abort(GroupEntry group, String why, long now) {
    var id = group.spec().id();
    for (var node : group.preparingAt()) {
      if (reports.isMember(node)) {
        effects.abort(node, id, group.attempt());
      }
    }
    group.backOff(why, now, timing.minBackoff(), timing.maxBackoff());
    publish(group);
  }

  // ---- committed

  /**
   * Commits the group once more, so that all its nodes know one assignment with a higher attempt
   * than any before.
   */
  void recommit(GroupEntry group, long now) {
    group.recommit();
    group.setDeadline(now + timing.answerTimeout());
    tellHolders(group);
  }

  /** Tells the nodes of a group where its bundles are. */
  void tellHolders(GroupEntry group) {
    group.holders().forEach(node -> effects.commit(node, group.map()));
  }

  /**
   * Handles that a node has stored the assignment and has these bundles. Any other bundle assigned
   * to it expired before the commit arrived.
   */
  void committed(GroupEntry group, NodeId node, int attempt, Collection<Integer> has) {
    if (group.attempt() == attempt && group.isCommitting()) {
      group.committed(node, has);
      if (!settle(group) && group.wasCommitted()) {
        publish(group);
      }
    }
  }

  /** Settles the attempt if all nodes have answered; returns whether it has. */
  boolean settle(GroupEntry group) {
    boolean settled = group.settle();
    if (settled) {
      publish(group);
    }
    return settled;
  }

  /** Aborts an attempt whose answers are late; a decided one is told once more. */
  void handleLate(GroupEntry group, long now) {
    if (group.isPreparing() && group.isLate(now)) {
      abort(group, "not all nodes have answered in time: " + words(group.unanswered()), now);
    } else if (group.isCommitting() && group.isLate(now)) {
      group.setDeadline(now + timing.answerTimeout());
      group.unanswered().forEach(node -> effects.commit(node, group.map()));
    }
  }

  private static String words(Collection<NodeId> nodes) {
    return nodes.stream().map(NodeId::toString).collect(Collectors.joining(", "));
  }
}
