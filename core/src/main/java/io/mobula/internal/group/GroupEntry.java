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
 * One living group in the {@link GroupBook}. Pure; for one thread.
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
  private boolean before;
  private String why = "the scheduler has not come to it yet";
  private Map<Integer, NodeId> plan = Map.of();
  private final Set<NodeId> unanswered = new LinkedHashSet<>();
  private long until;
  private long pause;
  private long notBefore = Long.MIN_VALUE;
  private @Nullable Long hopelessSince;

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

  GroupMap map() {
    return new GroupMap(spec, attempt, Arrays.stream(places).boxed().toList());
  }

  /** What everybody is told: bundles count as placed when their nodes have said so. */
  GroupFacts facts(GroupFacts.Version version) {
    var said = Arrays.stream(places)
        .map(place ->
            isCommitting() && unanswered.contains(new NodeId(place)) ? GroupMap.NOWHERE : place)
        .boxed()
        .toList();
    return new GroupFacts(
        version,
        new GroupMap(spec, attempt, said),
        isCommitted(),
        before,
        isCommitted() ? "" : why);
  }

  /** Whether all of its bundles were reserved once. */
  boolean isKnownWhole() {
    return before;
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
    return now >= until;
  }

  void until(long time) {
    until = time;
  }

  /** Attempts of others came as far as that. */
  void outdo(int other) {
    attempt = Math.max(attempt, other);
  }

  // ---- placing

  BundlePlanner.Wish wish() {
    var placed = new HashMap<Integer, NodeId>();
    for (int i = 0; i < places.length; i++) {
      if (places[i] != GroupMap.NOWHERE) {
        placed.put(i, new NodeId(places[i]));
      }
    }
    return new BundlePlanner.Wish(spec.strategy(), spec.resources(), placed);
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
      hopelessSince = null;
    } else if (hopelessSince == null) {
      hopelessSince = now;
    }
    boolean changed = !reason.equals(why);
    why = reason;
    return changed;
  }

  /** Whether no node could have held it all the time; one that has been whole waits on. */
  boolean isHopelessSince(long time) {
    return hopelessSince != null && hopelessSince <= time && !before;
  }

  void prepare(Map<Integer, NodeId> to, long end) {
    attempt++;
    phase = Phase.PREPARING;
    plan = Map.copyOf(to);
    unanswered.clear();
    unanswered.addAll(plan.values());
    until = end;
    hopelessSince = null;
    why = "nodes are asked to reserve its bundles";
  }

  /** Whether all have now reserved what they were asked for. */
  boolean prepared(NodeId node) {
    unanswered.remove(node);
    return unanswered.isEmpty();
  }

  void giveUp(String reason, long now, long firstPause, long longestPause) {
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
    until = end;
  }

  private void commit() {
    phase = Phase.COMMITTING;
    unanswered.clear();
    unanswered.addAll(map().nodes());
    why = "nodes are told to keep its bundles";
  }

  void committed(NodeId node, Collection<Integer> has) {
    for (int bundle : map().at(node)) {
      if (!has.contains(bundle)) {
        places[bundle] = GroupMap.NOWHERE;
      }
    }
    unanswered.remove(node);
  }

  /** Whether this has changed what it is: all have answered. */
  boolean settle() {
    if (!isCommitting() || !unanswered.isEmpty()) {
      return false;
    }
    boolean whole = map().isWhole();
    phase = whole ? Phase.COMMITTED : Phase.WAITING;
    before |= whole;
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
    for (int bundle : map().at(node)) {
      places[bundle] = GroupMap.NOWHERE;
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
  void recall(Holdings.Known known) {
    outdo(known.attempt());
    if (known.whole() && !before) {
      before = true;
      hopelessSince = null;
      why = "its bundles have to be placed again";
    }
  }

  /**
   * A node has bundles by a map that another scheduler has made.
   *
   * @return whether any of them is its own now
   */
  boolean adopt(NodeId node, Holdings.Held held) {
    before = true;
    outdo(held.attempt());
    boolean any = false;
    for (int bundle : held.bundles()) {
      boolean vacant = places[bundle] == GroupMap.NOWHERE && !plan.containsKey(bundle);
      boolean newer = !isCommitted() && sources[bundle] < held.map().attempt();
      if (vacant || (newer && places[bundle] != node.incarnation() && isWaiting())) {
        places[bundle] = node.incarnation();
        sources[bundle] = held.map().attempt();
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
  void again() {
    attempt++;
    commit();
  }
}
