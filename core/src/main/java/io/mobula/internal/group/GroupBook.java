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
final class GroupBook {
  private static final int MOST_REMEMBERED = 4096;

  /**
   * How long things take, in milliseconds.
   *
   * @param gather how long members are waited for at the start
   * @param answer how long a node is waited for; less than a reservation holds
   * @param firstPause after a node has refused; doubled each time
   * @param longestPause the most
   * @param patience how long a group may wait that no node could hold, before it fails
   */
  record Pace(long gather, long answer, long firstPause, long longestPause, long patience) {}

  /** What the book has done for it. Nothing here calls back into the book. */
  interface Office {
    /** The version of what is said next; it counts up. */
    GroupFacts.Version nextVersion();

    /** A node is to say what it holds. */
    void ask(NodeId node);

    /** A node is to reserve bundles. */
    void prepare(NodeId at, GroupSpec spec, int attempt, List<Integer> bundles);

    /** A node is to make what it has reserved permanent, and to know where the rest is. */
    void commit(NodeId at, GroupMap map);

    /** A node is to give a reservation back. */
    void abort(NodeId at, PlacementGroupId id, int attempt);

    /** A node is to end all that it has of a group. */
    void remove(NodeId at, PlacementGroupId id, Ending ending);

    /** Every process is to know. */
    void publish(GroupFacts facts);

    /** Every process is to know that a group is no more. */
    void ended(PlacementGroupId id, Ending ending);

    /** Every process has been told of all groups there are. */
    void toldAll();
  }

  /** A group that is no more, some nodes of which have not said so. */
  private record Removal(Ending ending, Set<NodeId> unanswered) {}

  private final Pace pace;
  private final Office office;
  private final Map<PlacementGroupId, GroupEntry> groups = new LinkedHashMap<>();
  private final Map<PlacementGroupId, Removal> removals = new LinkedHashMap<>();
  private final Map<PlacementGroupId, Ending> endings = new LinkedHashMap<>();
  private final Map<PlacementGroupId, Integer> attemptsSeen = new LinkedHashMap<>();
  private final Set<NodeId> members = new HashSet<>();
  private final Set<NodeId> silent = new HashSet<>();
  private long gatherUntil;
  private boolean gathering = true;
  private long ownersUntil;
  private boolean ownersOpen;
  private long askedAgain;

  /**
   * A book that has yet to be told what there is.
   *
   * @param present the processes that are members, each of which is asked
   */
  GroupBook(Pace pace, Office office, Collection<NodeId> present, long now) {
    this.pace = pace;
    this.office = office;
    members.addAll(present);
    silent.addAll(present);
    gatherUntil = now + pace.gather();
    askedAgain = now;
  }

  /** Asks everybody. */
  void open() {
    silent.forEach(office::ask);
  }

  // ---- what there is

  boolean gathering() {
    return gathering;
  }

  /** Whether time matters: something is under way, or waits for another try. */
  boolean awaitsTime() {
    return gathering
        || ownersOpen
        || !silent.isEmpty()
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
    return !silent.isEmpty();
  }

  /** Whether that group is there, or is known to be no more. */
  boolean knows(PlacementGroupId id) {
    return groups.containsKey(id) || endings.containsKey(id);
  }

  List<GroupFacts> all() {
    return groups.values().stream().map(this::facts).toList();
  }

  private GroupFacts facts(GroupEntry group) {
    return group.facts(office.nextVersion());
  }

  @Nullable
  GroupFacts find(PlacementGroupId id) {
    var group = groups.get(id);
    return group == null ? null : facts(group);
  }

  @Nullable
  GroupFacts named(String name) {
    return groups.values().stream()
        .filter(group -> name.equals(group.spec().name()))
        .map(this::facts)
        .findFirst()
        .orElse(null);
  }

  /** How a group ended that is no more; what is not known any more was removed. */
  Ending endingOf(PlacementGroupId id) {
    return endings.getOrDefault(id, Ending.unknown());
  }

  // ---- what users want

  /**
   * A group is to be. Saying so again has no effect.
   *
   * @return why it cannot be, or null
   */
  @Nullable
  GroupSpec create(GroupSpec spec, long now) {
    if (groups.containsKey(spec.id()) || endings.containsKey(spec.id())) {
      return null;
    }
    var name = spec.name();
    var other = name == null ? null : named(name);
    if (other != null) {
      return other.map().spec();
    }
    var group = enter(spec, now);
    if (!gathering) {
      office.publish(facts(group));
    }
    return null;
  }

  /** Owners that are not known may be about to introduce themselves, or may have left. */
  private void awaitOwners(long now) {
    ownersOpen = true;
    ownersUntil = now + pace.gather();
  }

  /** A group is to be no more. */
  void remove(PlacementGroupId id, Ending ending) {
    var group = groups.remove(id);
    if (group == null) {
      if (!silent.isEmpty()) { // one of them may yet speak of it
        remember(id, ending);
      }
      return;
    }
    var holders = new HashSet<>(group.holders());
    holders.retainAll(members);
    remember(id, ending);
    if (!holders.isEmpty()) {
      removals.put(id, new Removal(ending, holders));
    }
    holders.forEach(node -> office.remove(node, id, ending));
    office.ended(id, ending);
  }

  private void remember(PlacementGroupId id, Ending ending) {
    endings.put(id, ending);
    if (endings.size() > MOST_REMEMBERED) {
      endings.remove(endings.keySet().iterator().next());
    }
  }

  // ---- what nodes say

  void joined(NodeId node) {
    if (members.add(node)) {
      silent.add(node);
      office.ask(node);
    }
  }

  /** It is gone, and what it held with it. */
  void left(NodeId node, long now) {
    members.remove(node);
    silent.remove(node);
    removals.values().forEach(removal -> removal.unanswered().remove(node));
    forgetRemoved();
    for (var group : List.copyOf(groups.values())) {
      if (!group.spec().detached() && group.spec().owner().equals(node) && !gathering) {
        remove(group.spec().id(), ownerLeft(node));
      } else if (group.isPreparingAt(node)) {
        giveUp(group, "node " + node + " has left while it reserved bundles", now);
      }
      if (group.lost(node)) {
        if (group.isPreparing()) {
          giveUp(group, "node " + node + " has left", now);
        }
        office.publish(facts(group));
      }
      settle(group);
    }
    endGathering(now);
  }

  private static Ending ownerLeft(NodeId owner) {
    return new Ending(
        Reason.OWNER_LEFT,
        "the process that made it, node " + owner
            + ", has left the cluster, and it is not detached");
  }

  /**
   * What a node has, when asked at the start or as it joins.
   *
   * @param last whether that is all
   */
  void reported(NodeId node, Holdings holdings, boolean last, long now) {
    if (!members.contains(node)) {
      return;
    }
    holdings.ended().forEach(id -> remove(id, Ending.removed("")));
    holdings.known().forEach(known -> known(node, known, now));
    holdings.wanted().forEach(spec -> wanted(spec, now));
    holdings.bundles().forEach(held -> adopt(node, held, now));
    holdings.prepared().forEach(prepared -> orphaned(node, prepared));
    if (last) {
      silent.remove(node);
    }
    endGathering(now);
  }

  /** Names have been unique when the group was made: another scheduler has said so. */
  private void wanted(GroupSpec spec, long now) {
    var other = create(spec, now);
    if (other != null) {
      remove(spec.id(), new Ending(Reason.NAME_TAKEN, "its name is that of " + other.describe()));
    }
  }

  /**
   * A group that was there before this scheduler. It is there still if no node that had bundles of
   * it is left: they are placed again.
   */
  private void known(NodeId node, Holdings.Known known, long now) {
    var id = known.spec().id();
    var ending = endings.get(id);
    if (ending != null) {
      office.remove(node, id, ending);
      return;
    }
    var group = groups.get(id);
    boolean news = group == null;
    if (group == null) {
      group = enter(known.spec(), now);
    }
    if (known.attempt() > group.attempt() && group.isPreparing()) {
      giveUp(group, "node " + node + " has said late what it knows", now);
    }
    boolean older = known.attempt() > group.attempt();
    group.recall(known);
    if (!gathering && older && !group.holders().isEmpty()) {
      spread(group, now);
    }
    if (!gathering && (news || older)) {
      office.publish(facts(group));
    }
  }

  private GroupEntry enter(GroupSpec spec, long now) {
    var group = new GroupEntry(spec);
    group.outdo(attemptsSeen.getOrDefault(spec.id(), 0));
    groups.put(spec.id(), group);
    if (!members.contains(spec.owner())) {
      awaitOwners(now);
    }
    return group;
  }

  /** All that hold it are to know of one map, newer than any before. */
  private void spread(GroupEntry group, long now) {
    group.again();
    group.until(now + pace.answer());
    group.holders().forEach(node -> office.commit(node, group.map()));
  }

  private void adopt(NodeId node, Holdings.Held held, long now) {
    var id = held.map().id();
    var ending = endings.get(id);
    if (ending != null) {
      var holders = new HashSet<NodeId>();
      holders.add(node);
      removals
          .computeIfAbsent(id, key -> new Removal(ending, holders))
          .unanswered()
          .add(node);
      office.remove(node, id, ending);
      return;
    }
    var group = groups.computeIfAbsent(id, key -> new GroupEntry(held.map().spec()));
    if (group.map().at(node).containsAll(held.bundles())) {
      return;
    }
    if (group.isPreparing()) {
      giveUp(group, "node " + node + " has said late what it holds", now);
    }
    boolean adopted = group.adopt(node, held);
    if (!gathering) { // it hears which of them are its own
      group.again();
      group.holders().forEach(each -> office.commit(each, group.map()));
      if (!adopted || !group.holders().contains(node)) {
        office.commit(node, group.map());
      }
      office.publish(facts(group));
    }
  }

  /** Another scheduler has left it behind, unless it is of an attempt of this one. */
  private void orphaned(NodeId node, Holdings.Prepared prepared) {
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
      group.outdo(prepared.attempt());
    }
    office.abort(node, prepared.id(), prepared.attempt());
  }

  private void endGathering(long now) {
    if (!gathering || (!silent.isEmpty() && now < gatherUntil)) {
      return;
    }
    gathering = false;
    attemptsSeen.forEach((id, attempt) -> {
      var group = groups.get(id);
      if (group != null) {
        group.outdo(attempt);
      }
    });
    attemptsSeen.clear();
    if (groups.values().stream().anyMatch(this::isOrphaned)) {
      awaitOwners(now);
    }
    for (var group : groups.values()) {
      group.keepOnly(members);
      if (!group.holders().isEmpty()) {
        spread(group, now);
      }
      office.publish(facts(group));
    }
    office.toldAll();
  }

  private boolean isOrphaned(GroupEntry group) {
    return !group.spec().detached() && !members.contains(group.spec().owner());
  }

  private void endOrphaned() {
    ownersOpen = false;
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
        office.abort(node, id, attempt);
      }
      return;
    }
    if (group.prepared(node)) {
      group.decide(now + pace.answer());
      group.holders().forEach(each -> office.commit(each, group.map()));
      office.publish(facts(group));
    }
  }

  /** A node has not as much free. */
  void refused(NodeId node, PlacementGroupId id, int attempt, long now) {
    var group = groups.get(id);
    if (group != null && group.isPreparingAt(node) && group.attempt() == attempt) {
      giveUp(group, "node " + node + " has less free than it had said", now);
    }
  }

  private void giveUp(GroupEntry group, String why, long now) {
    var id = group.spec().id();
    for (var node : group.preparingAt()) {
      if (members.contains(node)) {
        office.abort(node, id, group.attempt());
      }
    }
    group.giveUp(why, now, pace.firstPause(), pace.longestPause());
    office.publish(facts(group));
  }

  /**
   * A node has the map, and these bundles: what it should have besides, it gave back before the
   * commit came.
   */
  void committed(NodeId node, PlacementGroupId id, int attempt, Collection<Integer> has) {
    var group = groups.get(id);
    if (group == null) {
      if (!gathering && !has.isEmpty()) {
        office.remove(node, id, endingOf(id));
      }
      return;
    }
    if (group.attempt() == attempt && group.isCommitting()) {
      group.committed(node, has);
      if (!settle(group) && group.isKnownWhole()) {
        office.publish(facts(group));
      }
    }
  }

  private boolean settle(GroupEntry group) {
    boolean settled = group.settle();
    if (settled) {
      office.publish(facts(group));
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
    boolean again = now - askedAgain >= pace.answer();
    if (again) {
      askedAgain = now;
      silent.forEach(office::ask);
    }
    if (gathering) {
      return;
    }
    if (ownersOpen && now >= ownersUntil) {
      endOrphaned();
    }
    for (var group : List.copyOf(groups.values())) {
      if (group.isPreparing() && group.isLate(now)) {
        giveUp(group, "not all nodes have answered in time: " + words(group.unanswered()), now);
      } else if (group.isCommitting() && group.isLate(now)) {
        group.until(now + pace.answer());
        group.unanswered().forEach(node -> office.commit(node, group.map()));
      }
    }
    if (again) {
      removals.forEach((id, removal) ->
          removal.unanswered().forEach(node -> office.remove(node, id, removal.ending())));
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
      switch (BundlePlanner.plan(group.wish(), room)) {
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
    group.prepare(places, now + pace.answer());
    var byNode = new LinkedHashMap<NodeId, List<Integer>>();
    new TreeMap<>(places)
        .forEach((bundle, node) ->
            byNode.computeIfAbsent(node, key -> new ArrayList<>()).add(bundle));
    byNode.forEach((node, bundles) -> office.prepare(node, group.spec(), group.attempt(), bundles));
  }

  private void waits(GroupEntry group, String why, boolean never, long now) {
    boolean changed = group.waits(why, never, now);
    if (group.isHopelessSince(now - pace.patience())) {
      remove(
          group.spec().id(),
          new Ending(Reason.UNSCHEDULABLE, why + ". Ask for less, or add a node that has as much"));
    } else if (changed) {
      office.publish(facts(group));
    }
  }
}
