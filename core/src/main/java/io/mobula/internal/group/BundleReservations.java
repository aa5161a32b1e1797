package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.placement.PlacementGroupId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * State machine of one node's bundles: reservations that expire, and committed bundles. Pure, with
 * the time as an argument in milliseconds; not thread-safe.
 *
 * <p>It ignores schedulers and attempts that are older than the latest it knows.
 */
final class BundleReservations {

  /** Effects that the caller carries out. {@code taken} is called back later, not from within. */
  interface ReservationEffects {
    /** Requests all of these leases from the ledger at once, or none. */
    void take(GroupSpec spec, int attempt, List<Integer> bundles);

    /** Releases the leases of an attempt. */
    void giveBack(PlacementGroupId id, int attempt);

    /** Opens ledgers for the bundles of the assignment's attempt. */
    void open(BundleAssignment map, List<Integer> bundles);

    /** Closes a bundle's ledger, and with it the leases out of it. */
    void close(PlacementGroupId id, int bundle, GroupTermination termination);

    /** Reports that the reservation stands. */
    void prepared(PlacementGroupId id, int attempt);

    /** Reports that too little is free. */
    void refused(PlacementGroupId id, int attempt);

    /** Reports that the assignment is stored and which bundles are here. */
    void committed(PlacementGroupId id, int attempt, List<Integer> has);

    /** Reports that nothing is left of the group. */
    void removed(PlacementGroupId id);
  }

  /** Reservation of bundles for one attempt. */
  private static final class Reservation {
    private final int attempt;
    private final List<Integer> bundles;
    private boolean taken;
    private long expires;

    Reservation(int attempt, List<Integer> bundles) {
      this.attempt = attempt;
      this.bundles = bundles;
    }
  }

  /** Holding of one group on this node. */
  private static final class GroupHolding {
    private int attempt;
    private @Nullable Reservation reservation;
    private @Nullable BundleAssignment map;
    private final Set<Integer> open = new TreeSet<>();

    boolean isEmpty() {
      return reservation == null && open.isEmpty();
    }
  }

  private final NodeId self;
  private final long hold;
  private final ReservationEffects effects;
  private final Map<PlacementGroupId, GroupHolding> holdings = new HashMap<>();
  private long highestScheduler = Long.MIN_VALUE;

  /**
   * Creates an empty state.
   *
   * @param hold how long a reservation stands, in milliseconds
   */
  BundleReservations(NodeId self, long hold, ReservationEffects effects) {
    this.self = self;
    this.hold = hold;
    this.effects = effects;
  }

  /**
   * Returns whether the scheduler's commands count: no scheduler with a higher number has sent any.
   */
  boolean accepts(long scheduler) {
    highestScheduler = Math.max(highestScheduler, scheduler);
    return scheduler == highestScheduler;
  }

  /** Returns the highest number of a scheduler that has sent a command. */
  long highestScheduler() {
    return highestScheduler;
  }

  /** Begins to reserve bundles. */
  void prepare(GroupSpec spec, int attempt, List<Integer> bundles, long now) {
    var holding = holdings.computeIfAbsent(spec.id(), key -> new GroupHolding());
    if (attempt <= holding.attempt) {
      var present = holding.reservation;
      if (present != null && present.taken && present.attempt == attempt) {
        present.expires = now + hold;
        effects.prepared(spec.id(), attempt);
      }
      return;
    }
    drop(spec.id(), holding);
    holding.attempt = attempt;
    holding.reservation = new Reservation(attempt, List.copyOf(bundles));
    effects.take(spec, attempt, bundles);
  }

  /** Handles the ledger's answer to a reservation. */
  void taken(PlacementGroupId id, int attempt, boolean granted, long now) {
    var holding = holdings.get(id);
    var present = holding == null ? null : holding.reservation;
    if (holding == null || present == null || present.attempt != attempt) {
      if (granted) {
        effects.giveBack(id, attempt);
      }
    } else if (granted) {
      present.taken = true;
      present.expires = now + hold;
      effects.prepared(id, attempt);
    } else {
      holding.reservation = null;
      forget(id, holding);
      effects.refused(id, attempt);
    }
  }

  /** Makes the reservation of that attempt permanent; the assignment replaces the one before. */
  void commit(BundleAssignment map) {
    var id = map.id();
    var holding = holdings.computeIfAbsent(id, key -> new GroupHolding());
    if (map.attempt() < holding.attempt) {
      return;
    }
    holding.attempt = map.attempt();
    holding.map = map;
    var mine = map.bundlesAt(self);
    var present = holding.reservation;
    if (present != null && present.taken && present.attempt == map.attempt()) {
      if (mine.containsAll(present.bundles)) {
        holding.reservation = null;
        holding.open.addAll(present.bundles);
        effects.open(map, present.bundles);
      } else {
        drop(id, holding);
      }
    } else {
      drop(id, holding);
    }
    for (int bundle : List.copyOf(holding.open)) {
      if (!mine.contains(bundle)) {
        holding.open.remove(bundle);
        effects.close(
            id, bundle, GroupTermination.removed(" here: another node has this bundle now"));
      }
    }
    var has = List.copyOf(holding.open);
    forget(id, holding);
    effects.committed(id, map.attempt(), has);
  }

  /** Releases the group's reservations up to that attempt. */
  void abort(PlacementGroupId id, int attempt) {
    var holding = holdings.get(id);
    var present = holding == null ? null : holding.reservation;
    if (holding != null && present != null && present.attempt <= attempt) {
      drop(id, holding);
      forget(id, holding);
    }
  }

  /** Ends everything that this node has of the group. */
  void remove(PlacementGroupId id, GroupTermination termination) {
    var holding = holdings.remove(id);
    if (holding != null) {
      drop(id, holding);
      holding.open.forEach(bundle -> effects.close(id, bundle, termination));
    }
    effects.removed(id);
  }

  /** Releases reservations that were not committed in time. */
  void expire(long now) {
    for (var id : List.copyOf(holdings.keySet())) {
      var holding = holdings.get(id);
      var present = holding == null ? null : holding.reservation;
      if (holding != null && present != null && present.taken && present.expires <= now) {
        drop(id, holding);
        forget(id, holding);
      }
    }
  }

  /** Returns whether any reservation may expire. */
  boolean awaitsTime() {
    return holdings.values().stream().anyMatch(holding -> holding.reservation != null);
  }

  private void drop(PlacementGroupId id, GroupHolding holding) {
    var present = holding.reservation;
    holding.reservation = null;
    if (present != null && present.taken) {
      effects.giveBack(id, present.attempt);
    }
  }

  private void forget(PlacementGroupId id, GroupHolding holding) {
    if (holding.isEmpty()) {
      holdings.remove(id);
    }
  }

  /** Returns the groups with ledgers on this node. */
  List<GroupReport.HeldGroup> held() {
    var held = new ArrayList<GroupReport.HeldGroup>();
    holdings.forEach((id, holding) -> {
      if (holding.map != null && !holding.open.isEmpty()) {
        held.add(
            new GroupReport.HeldGroup(holding.map, holding.attempt, List.copyOf(holding.open)));
      }
    });
    return held;
  }

  /** Returns the reservations that are not committed. */
  List<GroupReport.PreparedGroup> prepared() {
    var prepared = new ArrayList<GroupReport.PreparedGroup>();
    holdings.forEach((id, holding) -> {
      if (holding.reservation != null) {
        prepared.add(new GroupReport.PreparedGroup(id, holding.reservation.attempt));
      }
    });
    return prepared;
  }
}
