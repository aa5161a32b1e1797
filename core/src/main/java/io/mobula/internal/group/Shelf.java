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
final class Shelf {

  /** What the shelf has done for it. {@code taken} may be called back later, not from within. */
  interface Rack {
    /** The ledger is to grant all of these at once, or none. */
    void take(GroupSpec spec, int attempt, List<Integer> bundles);

    /** What was taken for an attempt goes back. */
    void giveBack(PlacementGroupId id, int attempt);

    /** What was taken for the attempt of this map becomes ledgers. */
    void open(GroupMap map, List<Integer> bundles);

    /** A ledger ends, with what was granted out of it. */
    void close(PlacementGroupId id, int bundle, Ending ending);

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
  private static final class Place {
    private int attempt;
    private @Nullable Reservation reservation;
    private @Nullable GroupMap map;
    private final Set<Integer> open = new TreeSet<>();

    boolean isEmpty() {
      return reservation == null && open.isEmpty();
    }
  }

  private final NodeId self;
  private final long hold;
  private final Rack rack;
  private final Map<PlacementGroupId, Place> places = new HashMap<>();
  private long heard = Long.MIN_VALUE;

  /**
   * An empty one.
   *
   * @param hold how long a reservation stands, in milliseconds
   */
  Shelf(NodeId self, long hold, Rack rack) {
    this.self = self;
    this.hold = hold;
    this.rack = rack;
  }

  /** Whether what a scheduler says counts: none with a higher number has said anything. */
  boolean heeds(long scheduler) {
    heard = Math.max(heard, scheduler);
    return scheduler == heard;
  }

  /** The highest number of a scheduler that has said anything. */
  long heard() {
    return heard;
  }

  /** Bundles are to be reserved. */
  void prepare(GroupSpec spec, int attempt, List<Integer> bundles, long now) {
    var place = places.computeIfAbsent(spec.id(), key -> new Place());
    if (attempt <= place.attempt) {
      var present = place.reservation;
      if (present != null && present.taken && present.attempt == attempt) {
        present.expires = now + hold;
        rack.prepared(spec.id(), attempt);
      }
      return;
    }
    drop(spec.id(), place);
    place.attempt = attempt;
    place.reservation = new Reservation(attempt, List.copyOf(bundles));
    rack.take(spec, attempt, bundles);
  }

  /** The ledger's answer. */
  void taken(PlacementGroupId id, int attempt, boolean granted, long now) {
    var place = places.get(id);
    var present = place == null ? null : place.reservation;
    if (place == null || present == null || present.attempt != attempt) {
      if (granted) {
        rack.giveBack(id, attempt);
      }
    } else if (granted) {
      present.taken = true;
      present.expires = now + hold;
      rack.prepared(id, attempt);
    } else {
      place.reservation = null;
      forget(id, place);
      rack.refused(id, attempt);
    }
  }

  /** The reservation of that attempt is permanent, and the map replaces the one before. */
  void commit(GroupMap map) {
    var id = map.id();
    var place = places.computeIfAbsent(id, key -> new Place());
    if (map.attempt() < place.attempt) {
      return;
    }
    place.attempt = map.attempt();
    place.map = map;
    var mine = map.at(self);
    var present = place.reservation;
    if (present != null && present.taken && present.attempt == map.attempt()) {
      if (mine.containsAll(present.bundles)) {
        place.reservation = null;
        place.open.addAll(present.bundles);
        rack.open(map, present.bundles);
      } else {
        drop(id, place);
      }
    } else {
      drop(id, place);
    }
    for (int bundle : List.copyOf(place.open)) {
      if (!mine.contains(bundle)) {
        place.open.remove(bundle);
        rack.close(id, bundle, Ending.removed(" here: another node has this bundle now"));
      }
    }
    var has = List.copyOf(place.open);
    forget(id, place);
    rack.committed(id, map.attempt(), has);
  }

  /** Reservations up to that attempt go back. */
  void abort(PlacementGroupId id, int attempt) {
    var place = places.get(id);
    var present = place == null ? null : place.reservation;
    if (place != null && present != null && present.attempt <= attempt) {
      drop(id, place);
      forget(id, place);
    }
  }

  /** All there is of the group ends. */
  void remove(PlacementGroupId id, Ending ending) {
    var place = places.remove(id);
    if (place != null) {
      drop(id, place);
      place.open.forEach(bundle -> rack.close(id, bundle, ending));
    }
    rack.removed(id);
  }

  /** Reservations that nobody has committed in time go back. */
  void expire(long now) {
    for (var id : List.copyOf(places.keySet())) {
      var place = places.get(id);
      var present = place == null ? null : place.reservation;
      if (place != null && present != null && present.taken && present.expires <= now) {
        drop(id, place);
        forget(id, place);
      }
    }
  }

  /** Whether a reservation may expire. */
  boolean awaitsTime() {
    return places.values().stream().anyMatch(place -> place.reservation != null);
  }

  private void drop(PlacementGroupId id, Place place) {
    var present = place.reservation;
    place.reservation = null;
    if (present != null && present.taken) {
      rack.giveBack(id, present.attempt);
    }
  }

  private void forget(PlacementGroupId id, Place place) {
    if (place.isEmpty()) {
      places.remove(id);
    }
  }

  /** The groups with ledgers here. */
  List<Holdings.Held> held() {
    var held = new ArrayList<Holdings.Held>();
    places.forEach((id, place) -> {
      if (place.map != null && !place.open.isEmpty()) {
        held.add(new Holdings.Held(place.map, place.attempt, List.copyOf(place.open)));
      }
    });
    return held;
  }

  /** Reservations that are not committed. */
  List<Holdings.Prepared> prepared() {
    var prepared = new ArrayList<Holdings.Prepared>();
    places.forEach((id, place) -> {
      if (place.reservation != null) {
        prepared.add(new Holdings.Prepared(id, place.reservation.attempt));
      }
    });
    return prepared;
  }
}
