package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.PlacementGroupId;
import io.mobula.error.PlacementGroupException.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler of groups knows and decides: the state machine of each group. Pure, with time
 * as an argument, in milliseconds; for one thread.
 *
 * <p>Two-phase commit with presumed abort (Mohan and Lindsay, 1983): a reservation that is prepared
 * ends by itself unless it is committed; a commit carries the whole map, so that whoever takes over
 * learns it from any node that has it. Attempts are numbered, and so are schedulers; a node heeds
 * none that is older than what it has heard of. One group at a time is in prepare, so that two
 * never hold half of what both need.
 *
 * <p>A book that is opened anew {@linkplain #gathering gathers} first: it decides nothing until all
 * members have said what they hold, or some time has passed.
 */
final class GroupSchedulerState {
  private static final int MOST_REMEMBERED = 4096;

  /**
   * How long things take, in milliseconds.
   *
   * @param reportTimeout how long members are waited for at the start
   * @param answerTimeout how long a node is waited for; less than a reservation holds
   * @param minBackoff after a node has refused; doubled each time
   * @param maxBackoff the most
   * @param unschedulableTimeout how long a group may wait that no node could hold, before it fails
   */
  record SchedulerTiming(
      long reportTimeout,
      long answerTimeout,
      long minBackoff,
      long maxBackoff,
      long unschedulableTimeout) {}

  /** What the book has done for it. Nothing here calls back into the book. */
  interface SchedulerEffects {
    /** The version of what is said next; it counts up. */
    GroupStatus.Version nextVersion();

    /** A node is to say what it holds. */
    void ask(NodeId node);

    /** A node is to reserve bundles. */
    void prepare(NodeId at, GroupSpec spec, int attempt, List<Integer> bundles);

    /** A node is to make what it has reserved permanent, and to know where the rest is. */
    void commit(NodeId at, BundleAssignment map);

    /** A node is to give a reservation back. */
    void abort(NodeId at, PlacementGroupId id, int attempt);

    /** A node is to end all that it has of a group. */
    void remove(NodeId at, PlacementGroupId id, GroupTermination termination);

    /** Every process is to know. */
    void publish(GroupStatus facts);

    /** Every process is to know that a group is no more. */
    void ended(PlacementGroupId id, GroupTermination termination);

    /** Every process has been told of all groups there are. */
    void updatesComplete();
  }

  /** A group that is no more, some nodes of which have not said so. */
  private record PendingRemoval(GroupTermination ending, Set<NodeId> unanswered) {}

  private final SchedulerTiming timing;
  private final SchedulerEffects effects;
  private final Map<PlacementGroupId, GroupEntry> groups = new LinkedHashMap<>();
  private final Map<PlacementGroupId, PendingRemoval> removals = new LinkedHashMap<>();
  private final Map<PlacementGroupId, GroupTermination> terminations = new LinkedHashMap<>();
  private final Map<PlacementGroupId, Integer> attemptsSeen = new LinkedHashMap<>();
  private final Set<NodeId> members = new HashSet<>();
  private final Set<NodeId> unreported = new HashSet<>();
  private long gatherUntil;
  private boolean gathering = true;
  private long ownersUntil;
  private boolean awaitsOwners;
  private long askedAgain;

  /**
   * A book that has yet to be told what there is.
   *
   * @param present the processes that are members, each of which is asked
   */
  GroupSchedulerState(
      SchedulerTiming timing, SchedulerEffects effects, Collection<NodeId> present, long now) {
    this.timing = timing;
    this.effects = effects;
    members.addAll(present);
    unreported.addAll(present);
    gatherUntil = now + timing.reportTimeout();
    askedAgain = now;
  }

  /** Asks everybody. */
  void open() {
    unreported.forEach(effects::ask);
  }

  // ---- what there is

  boolean isGathering() {
    return gathering;
  }

  /** Whether time matters: something is under way, or waits for another try. */
  boolean awaitsTime() {
    return gathering
        || awaitsOwners
        || !unreported.isEmpty()
        || !removals.isEmpty()
        || groups.values().stream().anyMatch(group -> !group.isCommitted());
  }

  /** Whether an answer or the end of a pause is awaited, and not only room. */
  boolean isUnderWay(long now) {
    return gathering
        || !removals.isEmpty()
        || groups.values().stream().anyMatch(group -> group.isUnderWay(now));
  }

  /** Whether nodes are asked to reserve the bundles of a group. */
  boolean isPreparing() {
    return groups.values().stream().anyMatch(GroupEntry::isPreparing);
  }

  /** Whether any group waits for room. */
  boolean hasWaiting() {
    return groups.values().stream().anyMatch(GroupEntry::isWaiting);
  }

  /** Whether some member has not said what it holds and what it knows. */
  boolean awaitsReports() {
    return !unreported.isEmpty();
  }

  /** Whether that group is there, or is known to be no more. */
  boolean knows(PlacementGroupId id) {
    return groups.containsKey(id) || terminations.containsKey(id);
  }

  List<GroupStatus> all() {
    return groups.values().stream().map(this::facts).toList();
  }

  private GroupStatus facts(GroupEntry group) {
    return group.facts(effects.nextVersion());
  }

  @Nullable
  GroupStatus find(PlacementGroupId id) {
    var group = groups.get(id);
    return group == null ? null : facts(group);
  }

  @Nullable
  GroupStatus findByName(String name) {
    return groups.values().stream()
        .filter(group -> name.equals(group.spec().name()))
        .map(this::facts)
        .findFirst()
        .orElse(null);
  }

  /** How a group ended that is no more; what is not known any more was removed. */
  GroupTermination endingOf(PlacementGroupId id) {
    return terminations.getOrDefault(id, GroupTermination.unknown());
  }

  // ---- what users want

  /**
   * A group is to be. Saying so again has no effect.
   *
   * @return why it cannot be, or null
   */
  @Nullable
  GroupSpec create(GroupSpec spec, long now) {
    if (groups.containsKey(spec.id()) || terminations.containsKey(spec.id())) {
      return null;
    }
    var name = spec.name();
    var other = name == null ? null : findByName(name);
    if (other != null) {
      return other.assignment().spec();
    }
    var group = enter(spec, now);
    if (!gathering) {
      effects.publish(facts(group));
    }
    return null;
  }

  /** Owners that are not known may be about to introduce themselves, or may have left. */
  private void awaitOwners(long now) {
    awaitsOwners = true;
    ownersUntil = now + timing.reportTimeout();
  }

  /** A group is to be no more. */
  void remove(PlacementGroupId id, GroupTermination termination) {
    var group = groups.remove(id);
    if (group == null) {
      if (!unreported.isEmpty()) { // one of them may yet speak of it
        remember(id, termination);
      }
      return;
    }
    var holders = new HashSet<>(group.holders());
    holders.retainAll(members);
    remember(id, termination);
    if (!holders.isEmpty()) {
      removals.put(id, new PendingRemoval(termination, holders));
    }
    holders.forEach(node -> effects.remove(node, id, termination));
    effects.ended(id, termination);
  }

  private void remember(PlacementGroupId id, GroupTermination termination) {
    terminations.put(id, termination);
    if (terminations.size() > MOST_REMEMBERED) {
      terminations.remove(terminations.keySet().iterator().next());
    }
  }

  // ---- what nodes say

  void joined(NodeId node) {
    if (members.add(node)) {
      unreported.add(node);
      effects.ask(node);
    }
  }

  /** It is gone, and what it held with it. */
  void left(NodeId node, long now) {
    members.remove(node);
    unreported.remove(node);
    removals.values().forEach(removal -> removal.unanswered().remove(node));
    forgetRemoved();
    for (var group : List.copyOf(groups.values())) {
      if (!group.spec().detached() && group.spec().owner().equals(node) && !gathering) {
        remove(group.spec().id(), ownerLeft(node));
      } else if (group.isPreparingAt(node)) {
        abortAttempt(group, "node " + node + " has left while it reserved bundles", now);
      }
      if (group.lost(node)) {
        if (group.isPreparing()) {
          abortAttempt(group, "node " + node + " has left", now);
        }
        effects.publish(facts(group));
      }
      settle(group);
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
   * What a node has, when asked at the start or as it joins.
   *
   * @param last whether that is all
   */
  void reported(NodeId node, GroupReport report, boolean last, long now) {
    if (!members.contains(node)) {
      return;
    }
    report.ended().forEach(id -> remove(id, GroupTermination.removed("")));
    report.known().forEach(known -> known(node, known, now));
    report.unready().forEach(spec -> wanted(spec, now));
    report.bundles().forEach(held -> adopt(node, held, now));
    report.prepared().forEach(prepared -> orphaned(node, prepared));
    if (last) {
      unreported.remove(node);
    }
    endGathering(now);
  }

  /** Names have been unique when the group was made: another scheduler has said so. */
  private void wanted(GroupSpec spec, long now) {
    var other = create(spec, now);
    if (other != null) {
      remove(
          spec.id(),
          new GroupTermination(Reason.NAME_TAKEN, "its name is that of " + other.describe()));
    }
  }

  /**
   * A group that was there before this scheduler. It is there still if no node that had bundles of
   * it is left: they are placed again.
   */
  private void known(NodeId node, GroupReport.KnownGroup known, long now) {
    var id = known.spec().id();
    var termination = terminations.get(id);
    if (termination != null) {
      effects.remove(node, id, termination);
      return;
    }
    var group = groups.get(id);
    boolean news = group == null;
    if (group == null) {
      group = enter(known.spec(), now);
    }
    if (known.attempt() > group.attempt() && group.isPreparing()) {
      abortAttempt(group, "node " + node + " has said late what it knows", now);
    }
    boolean older = known.attempt() > group.attempt();
    group.recall(known);
    if (!gathering && older && !group.holders().isEmpty()) {
      recommit(group, now);
    }
    if (!gathering && (news || older)) {
      effects.publish(facts(group));
    }
  }

  private GroupEntry enter(GroupSpec spec, long now) {
    var group = new GroupEntry(spec);
    group.raiseAttempt(attemptsSeen.getOrDefault(spec.id(), 0));
    groups.put(spec.id(), group);
    if (!members.contains(spec.owner())) {
      awaitOwners(now);
    }
    return group;
  }

  /** All that hold it are to know of one map, newer than any before. */
  private void recommit(GroupEntry group, long now) {
    group.recommit();
    group.setDeadline(now + timing.answerTimeout());
    group.holders().forEach(node -> effects.commit(node, group.map()));
  }

  private void adopt(NodeId node, GroupReport.HeldGroup held, long now) {
    var id = held.assignment().id();
    var termination = terminations.get(id);
    if (termination != null) {
      var holders = new HashSet<NodeId>();
      holders.add(node);
      removals
          .computeIfAbsent(id, key -> new PendingRemoval(termination, holders))
          .unanswered()
          .add(node);
      effects.remove(node, id, termination);
      return;
    }
    var group =
        groups.computeIfAbsent(id, key -> new GroupEntry(held.assignment().spec()));
    if (group.map().bundlesAt(node).containsAll(held.bundles())) {
      return;
    }
    if (group.isPreparing()) {
      abortAttempt(group, "node " + node + " has said late what it holds", now);
    }
    boolean adopted = group.adopt(node, held);
    if (!gathering) { // it hears which of them are its own
      group.recommit();
      group.holders().forEach(each -> effects.commit(each, group.map()));
      if (!adopted || !group.holders().contains(node)) {
        effects.commit(node, group.map());
      }
      effects.publish(facts(group));
    }
  }

  /** Another scheduler has left it behind, unless it is of an attempt of this one. */
  private void orphaned(NodeId node, GroupReport.PreparedGroup prepared) {
    var group = groups.get(prepared.id());
    boolean ours = group != null
        && group.attempt() == prepared.attempt()
        && (group.isPreparingAt(node) || group.isCommitting());
    if (ours) {
      return;
    }
    if (gathering) { // a creator may yet tell of the group
      attemptsSeen.merge(prepared.id(), prepared.attempt(), Math::max);
    } else if (group != null) {
      group.raiseAttempt(prepared.attempt());
    }
    effects.abort(node, prepared.id(), prepared.attempt());
  }

  private void endGathering(long now) {
    if (!gathering || (!unreported.isEmpty() && now < gatherUntil)) {
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
      group.keepOnly(members);
      if (!group.holders().isEmpty()) {
        recommit(group, now);
      }
      effects.publish(facts(group));
    }
    effects.updatesComplete();
  }

  private boolean isOrphaned(GroupEntry group) {
    return !group.spec().detached() && !members.contains(group.spec().owner());
  }

  private void endOrphaned() {
    awaitsOwners = false;
    for (var group : List.copyOf(groups.values())) {
      if (isOrphaned(group)) {
        remove(group.spec().id(), ownerLeft(group.spec().owner()));
      }
    }
  }

  /** A node has reserved what it was asked for. */
  void prepared(NodeId node, PlacementGroupId id, int attempt, long now) {
    var group = groups.get(id);
    if (group == null || !group.isPreparingAt(node) || group.attempt() != attempt) {
      boolean decided = group != null && group.isCommitting() && group.attempt() == attempt;
      if (!decided) {
        effects.abort(node, id, attempt);
      }
      return;
    }
    if (group.prepared(node)) {
      group.decide(now + timing.answerTimeout());
      group.holders().forEach(each -> effects.commit(each, group.map()));
      effects.publish(facts(group));
    }
  }

  /** A node has not as much free. */
  void refused(NodeId node, PlacementGroupId id, int attempt, long now) {
    var group = groups.get(id);
    if (group != null && group.isPreparingAt(node) && group.attempt() == attempt) {
      abortAttempt(group, "node " + node + " has less free than it had said", now);
    }
  }

  private void abortAttempt(GroupEntry group, String why, long now) {
    var id = group.spec().id();
    for (var node : group.preparingAt()) {
      if (members.contains(node)) {
        effects.abort(node, id, group.attempt());
      }
    }
    group.backOff(why, now, timing.minBackoff(), timing.maxBackoff());
    effects.publish(facts(group));
  }

  /**
   * A node has the map, and these bundles: what it should have besides, it gave back before the
   * commit came.
   */
  void committed(NodeId node, PlacementGroupId id, int attempt, Collection<Integer> has) {
    var group = groups.get(id);
    if (group == null) {
      if (!gathering && !has.isEmpty()) {
        effects.remove(node, id, endingOf(id));
      }
      return;
    }
    if (group.attempt() == attempt && group.isCommitting()) {
      group.committed(node, has);
      if (!settle(group) && group.wasCommitted()) {
        effects.publish(facts(group));
      }
    }
  }

  private boolean settle(GroupEntry group) {
    boolean settled = group.settle();
    if (settled) {
      effects.publish(facts(group));
    }
    return settled;
  }

  /** A node has nothing of the group any more. */
  void removed(NodeId node, PlacementGroupId id) {
    var removal = removals.get(id);
    if (removal != null) {
      removal.unanswered().remove(node);
      forgetRemoved();
    }
  }

  private void forgetRemoved() {
    removals.values().removeIf(removal -> removal.unanswered().isEmpty());
  }

  // ---- time

  /** Looks at what is late, then places what can be placed. */
  void tick(Supplier<PlacementCapacity> view, long now) {
    endGathering(now);
    boolean again = now - askedAgain >= timing.answerTimeout();
    if (again) {
      askedAgain = now;
      unreported.forEach(effects::ask);
    }
    if (gathering) {
      return;
    }
    if (awaitsOwners && now >= ownersUntil) {
      endOrphaned();
    }
    for (var group : List.copyOf(groups.values())) {
      if (group.isPreparing() && group.isLate(now)) {
        abortAttempt(
            group, "not all nodes have answered in time: " + words(group.unanswered()), now);
      } else if (group.isCommitting() && group.isLate(now)) {
        group.setDeadline(now + timing.answerTimeout());
        group.unanswered().forEach(node -> effects.commit(node, group.map()));
      }
    }
    if (again) {
      removals.forEach((id, removal) ->
          removal.unanswered().forEach(node -> effects.remove(node, id, removal.ending())));
    }
    place(view, now);
  }

  private static String words(Collection<NodeId> nodes) {
    return nodes.stream().map(NodeId::toString).collect(Collectors.joining(", "));
  }

  /** The first group in order for which there is room is next; one at a time. */
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
            prepare(group, places, now);
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
        view.nodes().stream().filter(node -> members.contains(node.id())).toList(),
        view.starting());
  }

  private void prepare(GroupEntry group, Map<Integer, NodeId> places, long now) {
    group.prepare(places, now + timing.answerTimeout());
    var byNode = new LinkedHashMap<NodeId, List<Integer>>();
    new TreeMap<>(places)
        .forEach((bundle, node) ->
            byNode.computeIfAbsent(node, key -> new ArrayList<>()).add(bundle));
    byNode.forEach(
        (node, bundles) -> effects.prepare(node, group.spec(), group.attempt(), bundles));
  }

  private void waits(GroupEntry group, String why, boolean never, long now) {
    boolean changed = group.waits(why, never, now);
    if (group.isUnschedulableSince(now - timing.unschedulableTimeout())) {
      remove(
          group.spec().id(),
          new GroupTermination(
              Reason.UNSCHEDULABLE, why + ". Ask for less, or add a node that has as much"));
    } else if (changed) {
      effects.publish(facts(group));
    }
  }
}
