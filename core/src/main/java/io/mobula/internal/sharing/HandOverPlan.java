package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which object is offered to whom next, by a leaving node or by one that has copies made: to the
 * taker with least on its way that has not refused it, a few at a time. Takers of a lower rank come
 * first, others only when all of these have refused. What a taker refuses, or leaves unanswered
 * while it answers nothing else, goes to the others; when all have refused it they are asked again,
 * since room may come. Pure; times are nanoseconds of any origin. For one thread.
 */
final class HandOverPlan {
  private static final int MOST_OFFERS = 8;
  private static final long MOST_OFFERED_BYTES = 64L << 20;

  private final Terms terms;
  private final Map<NodeId, Taker> takers = new LinkedHashMap<>();
  private final Map<ObjectId, Wanted> open = new LinkedHashMap<>();
  private final Map<ObjectId, Wanted> hopeless = new LinkedHashMap<>();

  /**
   * How long to wait.
   *
   * @param silence of a taker that has something on its way, after which others are asked
   * @param bytesPerNano with which speed a taker is expected to take what it is offered
   * @param pause before those are asked again that have all refused an object
   */
  record Terms(long silence, double bytesPerNano, long pause) {}

  /** Who is to have an object rather than whom. */
  @FunctionalInterface
  interface Ranks {
    /** All takers are alike. */
    Ranks EQUAL = taker -> 0;

    /** The rank of whoever is never asked. */
    int NEVER = Integer.MAX_VALUE;

    /** Lower ones come first. */
    int of(NodeId taker);
  }

  /** What to offer to whom. */
  record Offer(ObjectId id, NodeId to) {}

  private static final class Taker {
    final NodeId id;
    final Set<ObjectId> offered = new HashSet<>();
    long bytes;
    long heardAt;
    int refusals;
    boolean silent;

    Taker(NodeId id) {
      this.id = id;
    }

    boolean hasRoom() {
      return !silent
          && offered.size() < MOST_OFFERS
          && (offered.isEmpty() || bytes < MOST_OFFERED_BYTES);
    }
  }

  private static final class Wanted {
    final long bytes;
    final Ranks ranks;
    final Set<NodeId> refusedBy = new HashSet<>();

    @Nullable
    NodeId at;

    long notBefore = Long.MIN_VALUE;
    String why = "there was nobody to ask";

    Wanted(long bytes, Ranks ranks) {
      this.bytes = bytes;
      this.ranks = ranks;
    }

    boolean mayBeAt(Taker taker) {
      return !taker.silent && !refusedBy.contains(taker.id);
    }
  }

  /** Nothing is to be handed over yet. */
  HandOverPlan(Collection<NodeId> takers, Terms terms) {
    this.terms = terms;
    takers.forEach(id -> this.takers.put(id, new Taker(id)));
  }

  void add(ObjectId id, long bytes) {
    add(id, bytes, Ranks.EQUAL);
  }

  /** The same, with takers that differ for it; if none may have it, it is left at once. */
  void add(ObjectId id, long bytes, Ranks ranks) {
    var wanted = new Wanted(bytes, ranks);
    (isForNobody(wanted) ? hopeless : open).put(id, wanted);
  }

  private boolean isForNobody(Wanted wanted) {
    return takers.keySet().stream().allMatch(taker -> wanted.ranks.of(taker) == Ranks.NEVER);
  }

  /** The next offer, or null if there is none at this moment. */
  @Nullable
  Offer next(long now) {
    for (var each : open.entrySet()) {
      var wanted = each.getValue();
      if (wanted.at == null && wanted.notBefore <= now) {
        var taker = best(wanted);
        if (taker != null) {
          offer(each.getKey(), wanted, taker, now);
          return new Offer(each.getKey(), taker.id);
        }
        if (isRefusedByAll(wanted)) {
          wanted.refusedBy.clear();
          wanted.notBefore = now + terms.pause();
        }
      }
    }
    return null;
  }

  private @Nullable Taker best(Wanted wanted) {
    int lowest = lowestRank(wanted);
    Taker best = null;
    for (var taker : takers.values()) {
      if (taker.hasRoom()
          && wanted.mayBeAt(taker)
          && wanted.ranks.of(taker.id) == lowest
          && (best == null || isBefore(taker, best))) {
        best = taker;
      }
    }
    return lowest == Ranks.NEVER ? null : best;
  }

  private int lowestRank(Wanted wanted) {
    int lowest = Ranks.NEVER;
    for (var taker : takers.values()) {
      if (wanted.mayBeAt(taker)) {
        lowest = Math.min(lowest, wanted.ranks.of(taker.id));
      }
    }
    return lowest;
  }

  private static boolean isBefore(Taker one, Taker other) {
    return one.refusals != other.refusals ? one.refusals < other.refusals : one.bytes < other.bytes;
  }

  private boolean isRefusedByAll(Wanted wanted) {
    return lowestRank(wanted) == Ranks.NEVER;
  }

  private static void offer(ObjectId id, Wanted wanted, Taker taker, long now) {
    if (taker.offered.isEmpty()) {
      taker.heardAt = now;
    }
    taker.offered.add(id);
    taker.bytes += wanted.bytes;
    wanted.at = taker.id;
  }

  /** That taker has it, or an offer that was taken back has been taken after all. */
  void taken(NodeId by, ObjectId id, long now) {
    hears(by, now);
    var wanted = open.remove(id);
    if (wanted != null) {
      takeBack(wanted, id);
      var taker = takers.get(by);
      if (taker != null) {
        taker.refusals = 0;
      }
    }
  }

  /** It does not take it. */
  void refused(NodeId by, ObjectId id, String why, long now) {
    hears(by, now);
    var wanted = open.get(id);
    if (wanted == null) {
      return;
    }
    wanted.why = "node " + by + ": " + why;
    wanted.refusedBy.add(by);
    if (by.equals(wanted.at)) {
      takeBack(wanted, id);
    }
    var taker = takers.get(by);
    if (taker != null) {
      taker.refusals++;
    }
  }

  /** It has left: nobody is offered anything there any more. */
  void left(NodeId node) {
    var taker = takers.remove(node);
    if (taker != null) {
      takeAllBack(taker, "node " + node + " has left, too");
    }
    open.entrySet().removeIf(each -> {
      boolean alone = isForNobody(each.getValue());
      if (alone) {
        hopeless.put(each.getKey(), each.getValue());
      }
      return alone;
    });
  }

  /** Nobody wants it any more. */
  void forget(ObjectId id) {
    hopeless.remove(id);
    var wanted = open.remove(id);
    if (wanted != null) {
      takeBack(wanted, id);
    }
  }

  private void hears(NodeId from, long now) {
    var taker = takers.get(from);
    if (taker != null) {
      taker.heardAt = now;
      taker.silent = false;
    }
  }

  /** Takes back what takers have been offered that say nothing. */
  void tick(long now) {
    takers.forEach((id, taker) -> {
      long patience = terms.silence() + (long) (taker.bytes / terms.bytesPerNano());
      if (!taker.offered.isEmpty() && now - taker.heardAt > patience) {
        taker.silent = true;
        takeAllBack(taker, "node " + id + " has not answered");
      }
    });
  }

  private void takeAllBack(Taker taker, String why) {
    for (var id : List.copyOf(taker.offered)) {
      var wanted = open.get(id);
      if (wanted != null) {
        wanted.why = why;
        takeBack(wanted, id);
      }
    }
    taker.offered.clear();
    taker.bytes = 0;
  }

  private void takeBack(Wanted wanted, ObjectId id) {
    var taker = wanted.at == null ? null : takers.get(wanted.at);
    if (taker != null && taker.offered.remove(id)) {
      taker.bytes -= wanted.bytes;
    }
    wanted.at = null;
  }

  /** Whether nothing is left to do, or nobody to do it with. */
  boolean isOver() {
    return open.isEmpty() || takers.isEmpty();
  }

  /** What nobody has taken so far, each with its bytes and the last reason, for people. */
  Map<ObjectId, String> left() {
    var left = new LinkedHashMap<ObjectId, String>();
    hopeless.forEach((id, wanted) -> left.put(id, why(wanted)));
    open.forEach((id, wanted) -> left.put(id, why(wanted)));
    return left;
  }

  private static String why(Wanted wanted) {
    return wanted.bytes + " bytes; " + wanted.why;
  }
}
