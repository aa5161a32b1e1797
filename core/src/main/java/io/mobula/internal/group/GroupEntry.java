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
 * State of one living group in the {@link GroupSchedulerState}. Pure; not thread-safe.
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

  /**
   * Returns the status for all processes: a bundle counts as placed when its node has confirmed it.
   */
  GroupStatus status(GroupStatus.Version version) {
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

  /** Returns whether all bundles were committed once. */
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

  /** Returns every node that has, or may have, something of the group. */
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

  /** Raises the attempt number to that of another scheduler. */
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

  /** Returns whether an answer or the end of a backoff is awaited. */
  boolean isUnderWay(long now) {
    return isPreparing() || isCommitting() || (isWaiting() && !mayTry(now));
  }

  boolean mayTry(long now) {
    return now >= notBefore;
  }

  /**
   * Keeps the group waiting for this reason.
   *
   * @return whether the reason has changed
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

  /**
   * Returns whether the group has been unschedulable since then; a group that was committed once
   * waits on.
   */
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

  /** Notes that a node has reserved its bundles; returns whether all have. */
  boolean prepared(NodeId node) {
    unanswered.remove(node);
    return unanswered.isEmpty();
  }

  void backOff(String reason, long now, long firstPause, long maxPause) {
    phase = Phase.WAITING;
    plan = Map.of();
    unanswered.clear();
    pause = Math.min(maxPause, Math.max(firstPause, 2 * pause));
    notBefore = now + pause;
    why = reason;
  }

  /** Decides the attempt: all bundles are reserved, and the plan becomes the assignment. */
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
    why = "nodes are requested to commit its bundles";
  }

  void committed(NodeId node, Collection<Integer> has) {
    for (int bundle : map().bundlesAt(node)) {
      if (!has.contains(bundle)) {
        places[bundle] = BundleAssignment.UNASSIGNED;
      }
    }
    unanswered.remove(node);
  }

  /** Settles the phase when all nodes have answered; returns whether it has changed. */
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
   * Handles that a node is gone.
   *
   * @return whether it had any bundle
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

  // ---- decisions of other schedulers

  /** Takes over what an earlier scheduler has told of the group. */
  void recall(GroupReport.KnownGroup known) {
    raiseAttempt(known.attempt());
    if (known.wasCommitted() && !wasCommitted) {
      wasCommitted = true;
      unschedulableSince = null;
      why = "its bundles have to be placed again";
    }
  }

  /**
   * Takes over bundles that a node has by the assignment of another scheduler.
   *
   * @return whether the node keeps any of them
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

  /** Forgets the bundles of nodes that are no members. */
  void keepOnly(Collection<NodeId> members) {
    for (var node : new HashSet<>(map().nodes())) {
      if (!members.contains(node)) {
        lost(node);
      }
    }
  }

  /**
   * Begins a new commit, so that all nodes of the group know one assignment with a higher attempt
   * than any before.
   */
  void recommit() {
    attempt++;
    commit();
  }
}
