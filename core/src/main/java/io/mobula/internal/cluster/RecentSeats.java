package io.mobula.internal.cluster;

import java.util.LinkedHashSet;
import java.util.SequencedSet;

/** The incarnations that were removed last; of very many the oldest are forgotten. */
final class RecentSeats {
  private static final int MOST = 1_000;

  private final SequencedSet<Seat> seats = new LinkedHashSet<>();

  void add(Seat seat) {
    if (seats.add(seat) && seats.size() > MOST) {
      seats.removeFirst();
    }
  }

  boolean contains(Seat seat) {
    return seats.contains(seat);
  }
}
