package io.mobula.internal.group;

import io.mobula.NodeId;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One living group in the {@link GroupSchedulerState}. Pure; for one thread.
 *
 * <pre>
 *              plan                   all have                 all have
 *   WAITING ──────────▶ PREPARING ────────────▶ COMMITTING ─────────────▶ COMMITTED
 *      ▲  ▲   refused, late   │                      │ a bundle was given back   │ a node
 *      │  └───────────────────┘                      ▼                           │ has left
 *      └─────────────────────────────────────────────┴───────────────────────────┘
 * </pre>
 */
final class GroupEntry {
  private enum Phase {
    WAITING,
    PREPARING,
    COMMITTING,
    COMMITTED
  }

  private final GroupSpec spec;
  private final long[] places;
  private final int[] sources;
  private Phase phase = Phase.WAITING;
  private int attempt;
  private boolean wasCommitted;
  private String why = "the scheduler has not come to it yet";
  private Map<Integer, NodeId> plan = Map.of();
  private final Set<NodeId> unanswered = new LinkedHashSet<>();
  private long deadline;
  private long pause;
  private long notBefore = Long.MIN_VALUE;
  private @Nullable Long unschedulableSince;

  GroupEntry(GroupSpec spec) {
    this.spec = spec;
    this.places = new long[spec.size()];
    this.sources = new int[spec.size()];
  }

  GroupSpec spec() {
    return spec;
  }

  int attempt() {
    return attempt;
  }

  BundleAssignment map() {
    return new BundleAssignment(spec, attempt, Arrays.stream(places).boxed().toList());
  }

  /** What everybody is told: bundles count as placed when their nodes have said so. */
  GroupStatus facts(GroupStatus.Version version) {
    var said = Arrays.stream(places)
        .map(place -> isCommitting() && unanswered.contains(new NodeId(place))
            ? BundleAssignment.UNASSIGNED
            : place)
        .boxed()
        .toList();
    return new GroupStatus(
        version,
        new BundleAssignment(spec, attempt, said),
        isCommitted(),
        wasCommitted,
        isCommitted() ? "" : why);
  }

  /** Whether all of its bundles were reserved once. */
  boolean wasCommitted() {
    return wasCommitted;
  }

  boolean isWaiting() {
    return phase == Phase.WAITING;
  }

  boolean isPreparing() {
    return phase == Phase.PREPARING;
  }

  boolean isPreparingAt(NodeId node) {
    return isPreparing() && plan.containsValue(node);
  }

  Set<NodeId> preparingAt() {
    return new LinkedHashSet<>(plan.values());
  }

  boolean isCommitting() {
    return phase == Phase.COMMITTING;
  }

  boolean isCommitted() {
    return phase == Phase.COMMITTED;
  }

  /** Every node that has, or may have, something of it. */
  Set<NodeId> holders() {
    var nodes = new LinkedHashSet<>(map().nodes());
    nodes.addAll(plan.values());
    return nodes;
  }

  List<NodeId> unanswered() {
    return List.copyOf(unanswered);
  }

  boolean isLate(long now) {
    return now >= deadline;
  }

  void setDeadline(long time) {
    deadline = time;
  }

  /** Attempts of others came as far as that. */
  void raiseAttempt(int other) {
    attempt = Math.max(attempt, other);
  }

  // ---- placing

  BundlePlanner.PlanRequest request() {
    var placed = new HashMap<Integer, NodeId>();
    for (int i = 0; i < places.length; i++) {
      if (places[i] != BundleAssignment.UNASSIGNED) {
        placed.put(i, new NodeId(places[i]));
      }
    }
    return new BundlePlanner.PlanRequest(spec.strategy(), spec.resources(), placed);
  }

  /** Whether it waits for an answer, or for the end of a pause. */
  boolean isUnderWay(long now) {
    return isPreparing() || isCommitting() || (isWaiting() && !mayTry(now));
  }

  boolean mayTry(long now) {
    return now >= notBefore;
  }

  /**
   * It stays where it is.
   *
   * @return whether there is another reason than before
   */
  boolean waits(String reason, boolean never, long now) {
    if (!never) {
      unschedulableSince = null;
    } else if (unschedulableSince == null) {
      unschedulableSince = now;
    }
    boolean changed = !reason.equals(why);
    why = reason;
    return changed;
  }

  /** Whether no node could have held it all the time; one that has been whole waits on. */
  boolean isUnschedulableSince(long time) {
    return unschedulableSince != null && unschedulableSince <= time && !wasCommitted;
  }

  void prepare(Map<Integer, NodeId> to, long end) {
    attempt++;
    phase = Phase.PREPARING;
    plan = Map.copyOf(to);
    unanswered.clear();
    unanswered.addAll(plan.values());
    deadline = end;
    unschedulableSince = null;
    why = "nodes are asked to reserve its bundles";
  }

  /** Whether all have now reserved what they were asked for. */
  boolean prepared(NodeId node) {
    unanswered.remove(node);
    return unanswered.isEmpty();
  }

  void backOff(String reason, long now, long firstPause, long longestPause) {
    phase = Phase.WAITING;
    plan = Map.of();
    unanswered.clear();
    pause = Math.min(longestPause, Math.max(firstPause, 2 * pause));
    notBefore = now + pause;
    why = reason;
  }

  /** All is reserved: from now on this is where it is. */
  void decide(long end) {
    plan.forEach((bundle, node) -> {
      places[bundle] = node.incarnation();
      sources[bundle] = attempt;
    });
    plan = Map.of();
    pause = 0;
    commit();
    deadline = end;
  }

  private void commit() {
    phase = Phase.COMMITTING;
    unanswered.clear();
    unanswered.addAll(map().nodes());
    why = "nodes are told to keep its bundles";
  }

  void committed(NodeId node, Collection<Integer> has) {
    for (int bundle : map().bundlesAt(node)) {
      if (!has.contains(bundle)) {
        places[bundle] = BundleAssignment.UNASSIGNED;
      }
    }
    unanswered.remove(node);
  }

  /** Whether this has changed what it is: all have answered. */
  boolean settle() {
    if (!isCommitting() || !unanswered.isEmpty()) {
      return false;
    }
    boolean whole = map().isComplete();
    phase = whole ? Phase.COMMITTED : Phase.WAITING;
    wasCommitted |= whole;
    why = whole ? "" : "some of its bundles have to be placed again";
    return true;
  }

  /**
   * The node is gone.
   *
   * @return whether it had anything
   */
  boolean lost(NodeId node) {
    unanswered.remove(node);
    boolean had = false;
    for (int bundle : map().bundlesAt(node)) {
      places[bundle] = BundleAssignment.UNASSIGNED;
      had = true;
    }
    if (had && isCommitted()) {
      phase = Phase.WAITING;
      why = "node " + node + " has left, and its bundles have to be placed again";
    }
    return had;
  }

  // ---- learning what others have decided

  /** A scheduler before this one has told of it. */
  void recall(GroupReport.KnownGroup known) {
    raiseAttempt(known.attempt());
    if (known.wasCommitted() && !wasCommitted) {
      wasCommitted = true;
      unschedulableSince = null;
      why = "its bundles have to be placed again";
    }
  }

  /**
   * A node has bundles by a map that another scheduler has made.
   *
   * @return whether any of them is its own now
   */
  boolean adopt(NodeId node, GroupReport.HeldGroup held) {
    wasCommitted = true;
    raiseAttempt(held.attempt());
    boolean any = false;
    for (int bundle : held.bundles()) {
      boolean vacant = places[bundle] == BundleAssignment.UNASSIGNED && !plan.containsKey(bundle);
      boolean newer = !isCommitted() && sources[bundle] < held.assignment().attempt();
      if (vacant || (newer && places[bundle] != node.incarnation() && isWaiting())) {
        places[bundle] = node.incarnation();
        sources[bundle] = held.assignment().attempt();
        any = true;
      }
    }
    return any;
  }

  /** Forgets what others had. */
  void keepOnly(Collection<NodeId> members) {
    for (var node : new HashSet<>(map().nodes())) {
      if (!members.contains(node)) {
        lost(node);
      }
    }
  }

  /** All who hold it shall know of one map, newer than any before. */
  void recommit() {
    attempt++;
    commit();
  }
}
