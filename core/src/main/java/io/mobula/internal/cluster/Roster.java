package io.mobula.internal.cluster;

import io.mobula.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which of the others are up, which have introduced themselves, and which know us. Pure; for one
 * thread.
 *
 * <p>A peer joins when its system is up and its hello is here, whichever comes last, and leaves
 * once: by saying goodbye or with its system. Its hellos after a goodbye are late ones.
 */
final class Roster {
  private static final int EAGER = 40;
  private static final int SELDOM = 40;

  /** What the listeners are to be told. */
  sealed interface Change {}

  record Joined(Peer peer) implements Change {}

  record Left(Peer peer, String how) implements Change {}

  private static final class Sitting {
    private final boolean expected;
    private @Nullable Peer peer;
    private @Nullable NodeId said;
    private boolean knowsUs;
    private int greeted;

    Sitting(boolean expected) {
      this.expected = expected;
    }

    boolean isKnown() {
      return peer != null && knowsUs;
    }

    boolean isMet() {
      return said != null || isKnown();
    }
  }

  private final Map<Seat, Sitting> seats = new LinkedHashMap<>();

  /**
   * A system is up.
   *
   * @param expected whether it is sure to have a node
   */
  void up(Seat seat, boolean expected) {
    seats.putIfAbsent(seat, new Sitting(expected));
  }

  /**
   * A node introduces itself. Whoever is not up yet will say so again.
   *
   * @param knowsUs whether it has taken us in
   */
  List<Change> hello(Seat seat, Peer peer, boolean knowsUs) {
    var sitting = seats.get(seat);
    if (sitting == null || peer.id().equals(sitting.said)) {
      return List.of();
    }
    var before = sitting.peer;
    if (before != null && before.id().equals(peer.id())) {
      sitting.knowsUs |= knowsUs;
      return List.of();
    }
    sitting.peer = peer;
    sitting.knowsUs = knowsUs;
    sitting.greeted = 0;
    var changes = new ArrayList<Change>();
    if (before != null) {
      changes.add(new Left(before, "another node has taken its place in the same actor system"));
    }
    changes.add(new Joined(peer));
    return changes;
  }

  /** A node has ended, its system may go on. */
  List<Change> ended(NodeId id, String how) {
    for (var sitting : seats.values()) {
      var peer = sitting.peer;
      if (peer != null && peer.id().equals(id)) {
        sitting.peer = null;
        sitting.said = id;
        sitting.greeted = EAGER; // a successor introduces itself
        return List.of(new Left(peer, how));
      }
    }
    return List.of();
  }

  /** A system has gone. */
  List<Change> away(Seat seat, String how) {
    var sitting = seats.remove(seat);
    return sitting == null || sitting.peer == null
        ? List.of()
        : List.of(new Left(sitting.peer, how));
  }

  /** Whether that system comes and goes with its node. */
  boolean isOurs(Seat seat) {
    var sitting = seats.get(seat);
    return sitting != null && sitting.expected;
  }

  /** Whether this system's node has introduced itself. */
  boolean knows(Seat seat) {
    var sitting = seats.get(seat);
    return sitting != null && sitting.peer != null;
  }

  /** The systems that are expected to introduce themselves, or to take us in, and have not yet. */
  List<Seat> unmet() {
    return seats.entrySet().stream()
        .filter(each -> each.getValue().expected && !each.getValue().isMet())
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * To whom a hello is due now; called in even intervals. Systems that never answer, since they
   * have no node, are greeted ever more seldom.
   */
  List<Seat> toGreet() {
    var due = new ArrayList<Seat>();
    seats.forEach((seat, sitting) -> {
      if (!sitting.isKnown() && (sitting.greeted++ < EAGER || sitting.greeted % SELDOM == 0)) {
        due.add(seat);
      }
    });
    return due;
  }

  /** Whether somebody is to be greeted now or later. */
  boolean hasStrangers() {
    return seats.values().stream().anyMatch(sitting -> !sitting.isKnown());
  }

  /** Every system that is up. */
  Collection<Seat> seats() {
    return List.copyOf(seats.keySet());
  }

  /** Everybody that has joined and not left, by incarnation, oldest first. */
  Map<NodeId, Peer> peers() {
    var peers = new LinkedHashMap<NodeId, Peer>();
    seats.values().stream()
        .map(sitting -> sitting.peer)
        .filter(Objects::nonNull)
        .forEach(peer -> peers.put(peer.id(), peer));
    return peers;
  }

  /** Whoever has introduced itself from there. */
  @Nullable
  Peer peerAt(Seat seat) {
    var sitting = seats.get(seat);
    return sitting == null ? null : sitting.peer;
  }

  /** Where that incarnation sits. */
  @Nullable
  Seat seatOf(NodeId id) {
    for (var entry : seats.entrySet()) {
      var peer = entry.getValue().peer;
      if (peer != null && peer.id().equals(id)) {
        return entry.getKey();
      }
    }
    return null;
  }
}
