package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.internal.placement.BundleCapacity;
import io.mobula.internal.placement.PlacementDecision;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;
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
 * Table of the groups that this process knows: their status, the loads of their bundles, and which
 * have ended. The scheduler is authoritative. Thread-safe; nothing blocks.
 */
final class GroupTable {
  private static final int MAX_REMEMBERED = 1024;

  /** Group that has ended. */
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
  private volatile Consumer<PlacementGroupId> orphanRemoval = orphan -> {};

  /**
   * Creates an empty table.
   *
   * @param members whether a process is a member, as seen from here
   */
  GroupTable(NodeId self, Predicate<NodeId> members) {
    this.self = self;
    this.members = members;
  }

  /**
   * Sets how the scheduler is queried for a group.
   *
   * @param unknown called for a group that is not known here; queries immediately
   * @param unready called for a group that work waits for; queries some time, as an update may be
   *     lost
   */
  void inquireBy(Consumer<PlacementGroupId> unknown, Consumer<PlacementGroupId> unready) {
    inquiry = unknown;
    reminder = unready;
  }

  /**
   * Sets how an orphan is removed: a group of this process whose creation failed for its caller,
   * and which the scheduler has made nevertheless.
   */
  void removeOrphansBy(Consumer<PlacementGroupId> removal) {
    orphanRemoval = removal;
  }

  void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Notifies the listeners: a group may be ready, or must be queried again. */
  void changed() {
    listeners.forEach(Runnable::run);
  }

  // ---- queries

  synchronized @Nullable GroupStatus find(PlacementGroupId id) {
    return living.get(id);
  }

  synchronized @Nullable EndedGroup past(PlacementGroupId id) {
    return past.get(id);
  }

  synchronized List<GroupStatus> all() {
    return List.copyOf(living.values());
  }

  /** Returns the groups that this process has created and that have not been ready. */
  synchronized List<GroupSpec> unreadyGroups() {
    return List.copyOf(unreadyGroups.values());
  }

  /** Returns the groups that this process knows to have ended. */
  synchronized List<PlacementGroupId> ended() {
    return List.copyOf(past.keySet());
  }

  /**
   * Returns the groups that this process reports to a new scheduler. Bundles alone do not tell of a
   * group whose nodes have all died, so a process also reports the groups of its jobs, those that
   * it has created, and those whose owner is gone.
   *
   * @param all whether to return all known groups: where the scheduler runs, that costs nothing
   */
  synchronized List<GroupStatus> reportable(boolean all) {
    return living.values().stream()
        .filter(status -> {
          var spec = status.assignment().spec();
          return all
              || spec.owner().equals(self)
              || made.contains(spec.id())
              || !members.test(spec.owner());
        })
        .toList();
  }

  /** Returns the groups that the scheduler with this number has not told of. */
  synchronized List<PlacementGroupId> notConfirmedBy(long scheduler) {
    return living.values().stream()
        .filter(status -> status.version().scheduler() < scheduler)
        .map(status -> status.assignment().id())
        .toList();
  }

  synchronized void addUnready(GroupSpec spec) {
    unreadyGroups.put(spec.id(), spec);
    made.add(spec.id());
  }

  /** Adds a group that this process has created and the scheduler has accepted. */
  void accepted(GroupSpec spec) {
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
    living.remove(id);
  }

  /** Returns whether this process has made the group and given its caller no handle to it. */
  private boolean isOrphan(PlacementGroupId id) {
    return id.node() == self.incarnation() && !made.contains(id);
  }

  /**
   * Stores a status from the scheduler; an older one than the known one is dropped, as is that of
   * an orphan, which is removed.
   */
  void put(GroupStatus status) {
    var id = status.assignment().id();
    boolean orphan;
    synchronized (this) {
      if (past.containsKey(id)) {
        return;
      }
      orphan = isOrphan(id);
      if (!orphan && !store(status)) {
        return;
      }
    }
    if (orphan) {
      orphanRemoval.accept(id);
    } else {
      changed();
    }
  }

  /** Stores a status unless it is old; returns whether it is stored. Called under the monitor. */
  private boolean store(GroupStatus status) {
    var id = status.assignment().id();
    var present = living.get(id);
    if (present != null && !status.version().isAfter(present.version())) {
      return false;
    }
    living.put(id, status);
    if (status.committed()) {
      unreadyGroups.remove(id);
    }
    return true;
  }

  /**
   * Notes that a group has ended.
   *
   * @return its description; null if its end was known
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
      if (past.size() > MAX_REMEMBERED) {
        past.remove(past.keySet().iterator().next());
      }
    }
    changed();
    return ended;
  }

  /** Stores the loads of a node's bundles. */
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

  /** Decides to which node's bundle a request goes, as far as this process knows. */
  PlacementDecision choose(Placement.Group placed, Resources requester) {
    var id = placed.group().id();
    GroupStatus status;
    EndedGroup ended;
    synchronized (this) {
      status = living.get(id);
      ended = past.get(id);
    }
    if (ended != null) {
      return new PlacementDecision.Refused(work -> ended.ending().exception(work, ended.group()));
    }
    if (status == null) {
      inquiry.accept(id);
      return new PlacementDecision.Await(placed.group() + " is not known here yet");
    }
    var decision = choose(placed, status, requester);
    if (decision instanceof PlacementDecision.Await) {
      reminder.accept(id);
    }
    return decision;
  }

  private PlacementDecision choose(
      Placement.Group placed, GroupStatus status, Resources requester) {
    if (!status.committed() && !status.wasCommitted()) {
      return new PlacementDecision.Await(placed.group() + " is not ready: " + status.why());
    }
    return placed.bundle() == Placement.Group.ANY
        ? any(placed.group(), status, requester)
        : at(placed, status);
  }

  private PlacementDecision at(Placement.Group placed, GroupStatus status) {
    var node = status.assignment().nodeOf(placed.bundle());
    if (node == null) {
      return new PlacementDecision.Await(
          "bundle " + placed.bundle() + " of " + placed.group() + " has no node: " + status.why());
    }
    return members.test(node) ? new PlacementDecision.AtNode(node) : gone(placed.group(), node);
  }

  /** Queries the scheduler and waits: the bundle's node has left, so the status is out of date. */
  private PlacementDecision gone(PlacementGroup group, NodeId node) {
    inquiry.accept(group.id());
    return new PlacementDecision.Await(
        group + " has lost node " + node + "; where it is now is not known yet");
  }

  private PlacementDecision any(PlacementGroup group, GroupStatus status, Resources requester) {
    var free = new ArrayList<NodeId>();
    NodeId shortest = null;
    NodeId gone = null;
    int least = Integer.MAX_VALUE;
    for (var node : status.assignment().nodes()) {
      if (!members.test(node)) {
        gone = node;
        continue;
      }
      var able = status.assignment().bundlesAt(node).stream()
          .filter(
              bundle -> BundleCapacity.covers(status.assignment().spec().bundle(bundle), requester))
          .toList();
      if (able.isEmpty()) {
        continue;
      }
      var said = loadsOf(node, group.id());
      if (able.stream()
          .anyMatch(
              bundle -> !said.containsKey(bundle) || said.get(bundle).hasRoomFor(requester))) {
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
        ? new PlacementDecision.Await("no bundle of " + group + " that could hold " + requester
            + " has a node: " + status.why())
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
