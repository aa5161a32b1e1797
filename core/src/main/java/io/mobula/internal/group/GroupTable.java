package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.PlacementGroup;
import io.mobula.PlacementGroupId;
import io.mobula.Resources;
import io.mobula.internal.placement.BundleCapacity;
import io.mobula.internal.placement.ClusterLeaseSource.PlacementDecision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows of groups: where they are, how busy their bundles are, and which are no
 * more. The scheduler has the last word. Safe for all threads; nothing blocks.
 */
final class GroupTable {
  private static final int MOST_REMEMBERED = 1024;

  /** A group that is no more. */
  record EndedGroup(String group, GroupTermination ending) {}

  private final NodeId self;
  private final Predicate<NodeId> members;
  private final Map<PlacementGroupId, GroupStatus> living = new LinkedHashMap<>();
  private final Set<PlacementGroupId> made = new HashSet<>();
  private final Map<PlacementGroupId, EndedGroup> past = new LinkedHashMap<>();
  private final Map<PlacementGroupId, GroupSpec> unreadyGroups = new LinkedHashMap<>();
  private final Map<NodeId, List<BundleLoad>> loads = new HashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Consumer<PlacementGroupId> inquiry = unknown -> {};
  private volatile Consumer<PlacementGroupId> reminder = unready -> {};

  /**
   * Knows no group.
   *
   * @param members whether a process is a member, as this one sees it
   */
  GroupTable(NodeId self, Predicate<NodeId> members) {
    this.self = self;
    this.members = members;
  }

  /**
   * Says how the scheduler is asked for a group.
   *
   * @param unknown one that is not known here: at once
   * @param unready one that work waits for: some time, as the news of it may be lost
   */
  void inquireBy(Consumer<PlacementGroupId> unknown, Consumer<PlacementGroupId> unready) {
    inquiry = unknown;
    reminder = unready;
  }

  void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** What is waited for may be there, or is to be asked for again. */
  void changed() {
    listeners.forEach(Runnable::run);
  }

  // ---- what there is

  synchronized @Nullable GroupStatus find(PlacementGroupId id) {
    return living.get(id);
  }

  synchronized @Nullable EndedGroup past(PlacementGroupId id) {
    return past.get(id);
  }

  synchronized List<GroupStatus> all() {
    return List.copyOf(living.values());
  }

  /** The groups that this process has made and that have not been ready. */
  synchronized List<GroupSpec> unreadyGroups() {
    return List.copyOf(unreadyGroups.values());
  }

  /** The groups that this process knows to be no more. */
  synchronized List<PlacementGroupId> ended() {
    return List.copyOf(past.keySet());
  }

  /**
   * The groups for which this process vouches when a scheduler starts elsewhere: bundles alone do
   * not tell of a group whose nodes have all died. These are the groups of its programs, those that
   * it has made, and those whose owner is gone.
   *
   * @param all whether these are all that it knows: where the scheduler starts, that costs nothing
   */
  synchronized List<GroupStatus> reportable(boolean all) {
    return living.values().stream()
        .filter(facts -> {
          var spec = facts.assignment().spec();
          return all
              || spec.owner().equals(self)
              || made.contains(spec.id())
              || !members.test(spec.owner());
        })
        .toList();
  }

  /** The groups that no scheduler with this number has told of. */
  synchronized List<PlacementGroupId> notConfirmedBy(long scheduler) {
    return living.values().stream()
        .filter(facts -> facts.version().scheduler() < scheduler)
        .map(facts -> facts.assignment().id())
        .toList();
  }

  synchronized void addUnready(GroupSpec spec) {
    unreadyGroups.put(spec.id(), spec);
    made.add(spec.id());
  }

  /** The scheduler has taken note of a group that this process has made. */
  void accepted(GroupSpec spec) {
    if (find(spec.id()) != null) {
      return;
    }
    var nowhere = Collections.nCopies(spec.size(), BundleAssignment.UNASSIGNED);
    put(new GroupStatus(
        new GroupStatus.Version(0, 0),
        new BundleAssignment(spec, 0, nowhere),
        false,
        false,
        "the scheduler has not come to it yet"));
  }

  synchronized void removeUnready(PlacementGroupId id) {
    unreadyGroups.remove(id);
    made.remove(id);
  }

  /** The scheduler has spoken; an older word than what is known is dropped. */
  void put(GroupStatus facts) {
    var id = facts.assignment().id();
    synchronized (this) {
      var present = living.get(id);
      if (past.containsKey(id)
          || (present != null && !facts.version().isAfter(present.version()))) {
        return;
      }
      living.put(id, facts);
      if (facts.committed()) {
        unreadyGroups.remove(id);
      }
    }
    changed();
  }

  /**
   * A group is no more.
   *
   * @return what is to be said of it; null if that was known
   */
  @Nullable
  EndedGroup end(PlacementGroupId id, GroupTermination termination) {
    EndedGroup ended;
    synchronized (this) {
      var present = living.remove(id);
      unreadyGroups.remove(id);
      made.remove(id);
      if (past.containsKey(id)) {
        return null;
      }
      var name = present == null ? null : present.assignment().spec().name();
      ended = new EndedGroup(PlacementGroup.describe(id, name), termination);
      past.put(id, ended);
      if (past.size() > MOST_REMEMBERED) {
        past.remove(past.keySet().iterator().next());
      }
    }
    changed();
    return ended;
  }

  /** How busy the bundles of a node are. */
  void putLoads(NodeId node, List<BundleLoad> said, boolean begins) {
    synchronized (this) {
      var all = new ArrayList<>(begins ? List.of() : loads.getOrDefault(node, List.of()));
      all.addAll(said);
      loads.put(node, List.copyOf(all));
    }
    changed();
  }

  void left(NodeId node) {
    synchronized (this) {
      loads.remove(node);
    }
  }

  // ---- where work goes

  /** See {@link io.mobula.internal.placement.GroupBundles#choose}. */
  PlacementDecision choose(Placement.Group placed, Resources wanting) {
    var id = placed.group().id();
    GroupStatus facts;
    EndedGroup ended;
    synchronized (this) {
      facts = living.get(id);
      ended = past.get(id);
    }
    if (ended != null) {
      return new PlacementDecision.Refused(work -> ended.ending().exception(work, ended.group()));
    }
    if (facts == null) {
      inquiry.accept(id);
      return new PlacementDecision.Await(placed.group() + " is not known here yet");
    }
    var decision = choose(placed, facts, wanting);
    if (decision instanceof PlacementDecision.Await) {
      reminder.accept(id);
    }
    return decision;
  }

  private PlacementDecision choose(Placement.Group placed, GroupStatus facts, Resources wanting) {
    if (!facts.committed() && !facts.wasCommitted()) {
      return new PlacementDecision.Await(placed.group() + " is not ready: " + facts.why());
    }
    return placed.bundle() == Placement.Group.ANY
        ? any(placed.group(), facts, wanting)
        : at(placed, facts);
  }

  private PlacementDecision at(Placement.Group placed, GroupStatus facts) {
    var node = facts.assignment().nodeOf(placed.bundle());
    if (node == null) {
      return new PlacementDecision.Await(
          "bundle " + placed.bundle() + " of " + placed.group() + " has no node: " + facts.why());
    }
    return members.test(node) ? new PlacementDecision.AtNode(node) : gone(placed.group(), node);
  }

  /** What is known here is old: the scheduler has placed it elsewhere, or will. */
  private PlacementDecision gone(PlacementGroup group, NodeId node) {
    inquiry.accept(group.id());
    return new PlacementDecision.Await(
        group + " has lost node " + node + "; where it is now is not known yet");
  }

  private PlacementDecision any(PlacementGroup group, GroupStatus facts, Resources wanting) {
    var free = new ArrayList<NodeId>();
    NodeId shortest = null;
    NodeId gone = null;
    int least = Integer.MAX_VALUE;
    for (var node : facts.assignment().nodes()) {
      if (!members.test(node)) {
        gone = node;
        continue;
      }
      var able = facts.assignment().bundlesAt(node).stream()
          .filter(
              bundle -> BundleCapacity.covers(facts.assignment().spec().bundle(bundle), wanting))
          .toList();
      if (able.isEmpty()) {
        continue;
      }
      var said = loadsOf(node, group.id());
      if (able.stream()
          .anyMatch(bundle -> !said.containsKey(bundle) || said.get(bundle).hasRoomFor(wanting))) {
        free.add(node);
      }
      int queued = said.values().stream().mapToInt(BundleLoad::queued).sum();
      if (queued < least || (queued == least && node.equals(self))) {
        least = queued;
        shortest = node;
      }
    }
    if (!free.isEmpty()) {
      return new PlacementDecision.AtNode(
          free.contains(self) ? self : free.get(ThreadLocalRandom.current().nextInt(free.size())));
    }
    if (shortest != null) {
      return new PlacementDecision.Later(shortest, "every bundle of " + group + " is in use");
    }
    return gone == null
        ? new PlacementDecision.Await(
            "no bundle of " + group + " that could hold " + wanting + " has a node: " + facts.why())
        : gone(group, gone);
  }

  private synchronized Map<Integer, BundleLoad> loadsOf(NodeId node, PlacementGroupId id) {
    var said = new HashMap<Integer, BundleLoad>();
    for (var each : loads.getOrDefault(node, List.of())) {
      if (each.id().equals(id)) {
        said.put(each.bundle(), each);
      }
    }
    return said;
  }
}
