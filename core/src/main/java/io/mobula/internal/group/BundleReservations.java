package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.PlacementGroupId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one node has of groups: reservations that end by themselves, and bundles that were
 * committed. Pure, with time as an argument, in milliseconds; for one thread.
 *
 * <p>It does nothing for an older scheduler, or of an older attempt, than it has heard of.
 */
final class BundleReservations {

  /** What the shelf has done for it. {@code taken} may be called back later, not from within. */
  interface ReservationEffects {
    /** The ledger is to grant all of these at once, or none. */
    void take(GroupSpec spec, int attempt, List<Integer> bundles);

    /** What was taken for an attempt goes back. */
    void giveBack(PlacementGroupId id, int attempt);

    /** What was taken for the attempt of this map becomes ledgers. */
    void open(BundleAssignment map, List<Integer> bundles);

    /** A ledger ends, with what was granted out of it. */
    void close(PlacementGroupId id, int bundle, GroupTermination termination);

    /** The reservation stands. */
    void prepared(PlacementGroupId id, int attempt);

    /** There is not as much free. */
    void refused(PlacementGroupId id, int attempt);

    /** The map is known here, and these bundles are. */
    void committed(PlacementGroupId id, int attempt, List<Integer> has);

    /** Nothing is left of the group. */
    void removed(PlacementGroupId id);
  }

  /** A reservation. */
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

  /** What there is of one group. */
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
   * An empty one.
   *
   * @param hold how long a reservation stands, in milliseconds
   */
  BundleReservations(NodeId self, long hold, ReservationEffects effects) {
    this.self = self;
    this.hold = hold;
    this.effects = effects;
  }

  /** Whether what a scheduler says counts: none with a higher number has said anything. */
  boolean accepts(long scheduler) {
    highestScheduler = Math.max(highestScheduler, scheduler);
    return scheduler == highestScheduler;
  }

  /** The highest number of a scheduler that has said anything. */
  long highestScheduler() {
    return highestScheduler;
  }

  /** Bundles are to be reserved. */
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

  /** The ledger's answer. */
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

  /** The reservation of that attempt is permanent, and the map replaces the one before. */
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

  /** Reservations up to that attempt go back. */
  void abort(PlacementGroupId id, int attempt) {
    var holding = holdings.get(id);
    var present = holding == null ? null : holding.reservation;
    if (holding != null && present != null && present.attempt <= attempt) {
      drop(id, holding);
      forget(id, holding);
    }
  }

  /** All there is of the group ends. */
  void remove(PlacementGroupId id, GroupTermination termination) {
    var holding = holdings.remove(id);
    if (holding != null) {
      drop(id, holding);
      holding.open.forEach(bundle -> effects.close(id, bundle, termination));
    }
    effects.removed(id);
  }

  /** Reservations that nobody has committed in time go back. */
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

  /** Whether a reservation may expire. */
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

  /** The groups with ledgers here. */
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

  /** Reservations that are not committed. */
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
