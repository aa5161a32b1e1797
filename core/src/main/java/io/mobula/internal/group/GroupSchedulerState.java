package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.error.PlacementGroupException.Reason;
import io.mobula.placement.PlacementGroupId;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * State of the group scheduler: which groups there are, how each has come to be known, and which is
 * placed next. Pure, with the time as an argument in milliseconds; not thread-safe.
 *
 * <p>{@link GroupCommits} reserves the bundles of a group on its nodes. Attempts and schedulers are
 * numbered; a node ignores those older than the latest it knows. Only one group at a time is being
 * prepared, so that two groups never hold half of what both need.
 *
 * <p>A new scheduler first {@linkplain #isGathering gathers} reports: it decides nothing until all
 * members have reported what they hold, or a timeout has passed.
 */
final class GroupSchedulerState {
  private final SchedulerTiming timing;
  private final SchedulerEffects effects;
  private final Map<PlacementGroupId, GroupEntry> groups = new LinkedHashMap<>();
  private final GroupRemovals removals;
  private final Map<PlacementGroupId, Integer> attemptsSeen = new LinkedHashMap<>();
  private final MemberReports reports;
  private final GroupCommits commits;
  private long gatherUntil;
  private boolean gathering = true;
  private long ownersUntil;
  private boolean awaitsOwners;
  private long askedAgain;

  /**
   * Creates a state that knows no group.
   *
   * @param present the processes that are members, each of which is asked to report
   */
  GroupSchedulerState(
      SchedulerTiming timing, SchedulerEffects effects, Collection<NodeId> present, long now) {
    this.timing = timing;
    this.effects = effects;
    this.removals = new GroupRemovals(effects);
    this.reports = new MemberReports(effects, present);
    this.commits = new GroupCommits(timing, effects, reports);
    gatherUntil = now + timing.reportTimeout();
    askedAgain = now;
  }

  /** Asks all members to report. */
  void open() {
    reports.ask();
  }

  // ---- queries

  boolean isGathering() {
    return gathering;
  }

  /**
   * Returns whether {@link #tick} is needed: something is under way or waits for another attempt.
   */
  boolean awaitsTime() {
    return gathering
        || awaitsOwners
        || reports.areAwaited()
        || removals.areUnderWay()
        || groups.values().stream().anyMatch(group -> !group.isCommitted());
  }

  /** Returns whether an answer or the end of a backoff is awaited, and not only free resources. */
  boolean isUnderWay(long now) {
    return gathering
        || removals.areUnderWay()
        || groups.values().stream().anyMatch(group -> group.isUnderWay(now));
  }

  /** Returns whether nodes are reserving the bundles of a group. */
  boolean isPreparing() {
    return groups.values().stream().anyMatch(GroupEntry::isPreparing);
  }

  /** Returns whether any group waits for free resources. */
  boolean hasWaiting() {
    return groups.values().stream().anyMatch(GroupEntry::isWaiting);
  }

  /** Returns whether some member has not reported yet. */
  boolean awaitsReports() {
    return reports.areAwaited();
  }

  /** Returns whether the group exists or is known to have ended. */
  boolean knows(PlacementGroupId id) {
    return groups.containsKey(id) || removals.find(id) != null;
  }

  List<GroupStatus> all() {
    return groups.values().stream().map(this::status).toList();
  }

  private GroupStatus status(GroupEntry group) {
    return group.status(effects.nextVersion());
  }

  @Nullable
  GroupStatus find(PlacementGroupId id) {
    var group = groups.get(id);
    return group == null ? null : status(group);
  }

  @Nullable
  GroupStatus findByName(String name) {
    return groups.values().stream()
        .filter(group -> name.equals(group.spec().name()))
        .map(this::status)
        .findFirst()
        .orElse(null);
  }

  /** Returns how a group ended; a group that is not known counts as removed. */
  GroupTermination endingOf(PlacementGroupId id) {
    return removals.endingOf(id);
  }

  // ---- requests of users

  /**
   * Creates a placement group. A second call for the same group has no effect.
   *
   * @return the group that has its name already, or null
   */
  @Nullable
  GroupSpec create(GroupSpec spec, long now) {
    if (knows(spec.id())) {
      return null;
    }
    var name = spec.name();
    var other = name == null ? null : findByName(name);
    if (other != null) {
      return other.assignment().spec();
    }
    var group = enter(spec, now);
    if (!gathering) {
      commits.publish(group);
    }
    return null;
  }

  /** Starts the time in which unknown owners may still join. */
  private void awaitOwners(long now) {
    awaitsOwners = true;
    ownersUntil = now + timing.reportTimeout();
  }

  /** Removes a group, whatever its phase. */
  void remove(PlacementGroupId id, GroupTermination termination) {
    var group = groups.remove(id);
    if (group == null) {
      if (reports.areAwaited()) { // one of these members may still report the group
        removals.remember(id, termination);
      }
      return;
    }
    var holders = new HashSet<>(group.holders());
    holders.retainAll(reports.members());
    removals.begin(id, termination, holders);
  }

  // ---- reports of nodes

  void joined(NodeId node) {
    reports.joined(node);
  }

  /** Handles that a node has left, with everything it held. */
  void left(NodeId node, long now) {
    reports.left(node);
    removals.left(node);
    for (var group : List.copyOf(groups.values())) {
      if (!group.spec().detached() && group.spec().owner().equals(node) && !gathering) {
        remove(group.spec().id(), ownerLeft(node));
      } else if (group.isPreparingAt(node)) {
        commits.abort(group, "node " + node + " has left while it reserved bundles", now);
      }
      if (group.lost(node)) {
        if (group.isPreparing()) {
          commits.abort(group, "node " + node + " has left", now);
        }
        commits.publish(group);
      }
      boolean _ = commits.settle(group);
    }
    endGathering(now);
  }

  private static GroupTermination ownerLeft(NodeId owner) {
    return new GroupTermination(
        Reason.OWNER_LEFT,
        "the process that made it, node " + owner
            + ", has left the cluster, and it is not detached");
  }

  /**
   * Handles a report of what a node holds, at the start or when it joins.
   *
   * @param last whether this completes the report
   */
  void reported(NodeId node, GroupReport report, boolean last, long now) {
    if (!reports.isMember(node)) {
      return;
    }
    report.ended().forEach(id -> remove(id, GroupTermination.removed("")));
    report.known().forEach(known -> known(node, known, now));
    report.unready().forEach(spec -> wanted(spec, now));
    report.bundles().forEach(held -> adopt(node, held, now));
    report.prepared().forEach(prepared -> orphaned(node, prepared));
    if (last) {
      reports.reported(node);
    }
    endGathering(now);
  }

  /**
   * Creates a group that its creator has reported. Its name was unique when another scheduler
   * accepted it.
   */
  private void wanted(GroupSpec spec, long now) {
    var other = create(spec, now);
    if (other != null) {
      remove(
          spec.id(),
          new GroupTermination(Reason.NAME_TAKEN, "its name is that of " + other.describe()));
    }
  }

  /**
   * Takes over a group that an earlier scheduler has told of. The group still exists if all nodes
   * of its bundles are gone: the bundles are placed again.
   */
  private void known(NodeId node, GroupReport.KnownGroup known, long now) {
    var id = known.spec().id();
    var termination = removals.find(id);
    if (termination != null) {
      effects.remove(node, id, termination);
      return;
    }
    var group = groups.get(id);
    boolean change = group == null;
    if (group == null) {
      group = enter(known.spec(), now);
    }
    if (known.attempt() > group.attempt() && group.isPreparing()) {
      commits.abort(group, "node " + node + " has reported late what it knows", now);
    }
    boolean older = known.attempt() > group.attempt();
    group.recall(known);
    if (!gathering && older && !group.holders().isEmpty()) {
      commits.recommit(group, now);
    }
    if (!gathering && (change || older)) {
      commits.publish(group);
    }
  }

  private GroupEntry enter(GroupSpec spec, long now) {
    var group = new GroupEntry(spec);
    group.raiseAttempt(attemptsSeen.getOrDefault(spec.id(), 0));
    groups.put(spec.id(), group);
    if (!reports.isMember(spec.owner())) {
      awaitOwners(now);
    }
    return group;
  }

  private void adopt(NodeId node, GroupReport.HeldGroup held, long now) {
    var id = held.assignment().id();
    var termination = removals.find(id);
    if (termination != null) {
      removals.addHolder(node, id, termination);
      return;
    }
    var group =
        groups.computeIfAbsent(id, key -> new GroupEntry(held.assignment().spec()));
    if (group.map().bundlesAt(node).containsAll(held.bundles())) {
      return;
    }
    if (group.isPreparing()) {
      commits.abort(group, "node " + node + " has reported late what it holds", now);
    }
    boolean adopted = group.adopt(node, held);
    if (!gathering) { // the node is told which bundles are its own
      group.recommit();
      commits.tellHolders(group);
      if (!adopted || !group.holders().contains(node)) {
        effects.commit(node, group.map());
      }
      commits.publish(group);
    }
  }

  /** Aborts a reservation of an earlier scheduler; one of a present attempt stays. */
  private void orphaned(NodeId node, GroupReport.PreparedGroup prepared) {
    var group = groups.get(prepared.id());
    boolean ours = group != null
        && group.attempt() == prepared.attempt()
        && (group.isPreparingAt(node) || group.isCommitting());
    if (ours) {
      return;
    }
    if (gathering) { // its creator may still report the group
      attemptsSeen.merge(prepared.id(), prepared.attempt(), Math::max);
    } else if (group != null) {
      group.raiseAttempt(prepared.attempt());
    }
    effects.abort(node, prepared.id(), prepared.attempt());
  }

  private void endGathering(long now) {
    if (!gathering || (reports.areAwaited() && now < gatherUntil)) {
      return;
    }
    gathering = false;
    attemptsSeen.forEach((id, attempt) -> {
      var group = groups.get(id);
      if (group != null) {
        group.raiseAttempt(attempt);
      }
    });
    attemptsSeen.clear();
    if (groups.values().stream().anyMatch(this::isOrphaned)) {
      awaitOwners(now);
    }
    for (var group : groups.values()) {
      group.keepOnly(reports.members());
      if (!group.holders().isEmpty()) {
        commits.recommit(group, now);
      }
      commits.publish(group);
    }
    effects.updatesComplete();
  }

  private boolean isOrphaned(GroupEntry group) {
    return !group.spec().detached() && !reports.isMember(group.spec().owner());
  }

  private void endOrphaned() {
    awaitsOwners = false;
    for (var group : List.copyOf(groups.values())) {
      if (isOrphaned(group)) {
        remove(group.spec().id(), ownerLeft(group.spec().owner()));
      }
    }
  }

  // ---- answers of nodes

  /** Handles that a node has reserved its bundles. */
  void prepared(NodeId node, PlacementGroupId id, int attempt, long now) {
    var group = groups.get(id);
    if (group == null) {
      effects.abort(node, id, attempt);
    } else {
      commits.prepared(group, node, attempt, now);
    }
  }

  /** Handles that a node has less free than it had reported. */
  void refused(NodeId node, PlacementGroupId id, int attempt, long now) {
    var group = groups.get(id);
    if (group != null) {
      commits.refused(group, node, attempt, now);
    }
  }

  /** Handles that a node has stored the assignment and has these bundles. */
  void committed(NodeId node, PlacementGroupId id, int attempt, Collection<Integer> has) {
    var group = groups.get(id);
    if (group != null) {
      commits.committed(group, node, attempt, has);
    } else if (!gathering && !has.isEmpty()) {
      effects.remove(node, id, endingOf(id));
    }
  }

  /** Handles that a node has nothing of the group any more. */
  void removed(NodeId node, PlacementGroupId id) {
    removals.confirmed(node, id);
  }

  // ---- time

  /** Handles timeouts, then places what can be placed. */
  void tick(Supplier<PlacementCapacity> view, long now) {
    endGathering(now);
    boolean again = now - askedAgain >= timing.answerTimeout();
    if (again) {
      askedAgain = now;
      reports.ask();
    }
    if (gathering) {
      return;
    }
    if (awaitsOwners && now >= ownersUntil) {
      endOrphaned();
    }
    for (var group : List.copyOf(groups.values())) {
      commits.handleLate(group, now);
    }
    if (again) {
      removals.tellAgain();
    }
    place(view, now);
  }

  /** Places the first waiting group that fits; one group at a time. */
  void place(Supplier<PlacementCapacity> view, long now) {
    if (gathering || isPreparing()) {
      return;
    }
    PlacementCapacity room = null;
    for (var group : List.copyOf(groups.values())) {
      if (!group.isWaiting()) {
        continue;
      }
      room = room == null ? reachable(view.get()) : room;
      switch (BundlePlanner.plan(group.request(), room)) {
        case BundlePlanner.Plan.Place(var places) -> {
          if (group.mayTry(now)) {
            commits.prepare(group, places, now);
            return;
          }
        }
        case BundlePlanner.Plan.Wait(var why) -> waits(group, why, false, now);
        case BundlePlanner.Plan.Never(var why) -> waits(group, why, true, now);
      }
    }
  }

  private PlacementCapacity reachable(PlacementCapacity view) {
    return new PlacementCapacity(
        view.nodes().stream().filter(node -> reports.isMember(node.id())).toList(),
        view.starting());
  }

  private void waits(GroupEntry group, String why, boolean never, long now) {
    boolean changed = group.waits(why, never, now);
    if (group.isUnschedulableSince(now - timing.unschedulableTimeout())) {
      remove(
          group.spec().id(),
          new GroupTermination(
              Reason.UNSCHEDULABLE, why + ". Ask for less, or add a node that has as much"));
    } else if (changed) {
      commits.publish(group);
    }
  }
}
