package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which object of a leaving node is offered to whom next: to the taker with least on its way that
 * has not refused it, a few at a time. What a taker refuses, or leaves unanswered while it answers
 * nothing else, goes to the others; when all have refused it they are asked again, since room may
 * come. Pure; times are nanoseconds of any origin. For one thread.
 */
final class HandOverPlan {
  private static final int MOST_OFFERS = 8;
  private static final long MOST_OFFERED_BYTES = 64L << 20;

  private final Terms terms;
  private final Map<NodeId, Taker> takers = new LinkedHashMap<>();
  private final Map<ObjectId, Wanted> open = new LinkedHashMap<>();

  /**
   * How long to wait.
   *
   * @param silence of a taker that has something on its way, after which others are asked
   * @param bytesPerNano with which speed a taker is expected to take what it is offered
   * @param pause before those are asked again that have all refused an object
   */
  record Terms(long silence, double bytesPerNano, long pause) {}

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
    final Set<NodeId> refusedBy = new HashSet<>();

    @Nullable
    NodeId at;

    long notBefore = Long.MIN_VALUE;
    String why = "nobody has been asked yet";

    Wanted(long bytes) {
      this.bytes = bytes;
    }
  }

  /** Nothing is to be handed over yet. */
  HandOverPlan(Collection<NodeId> takers, Terms terms) {
    this.terms = terms;
    takers.forEach(id -> this.takers.put(id, new Taker(id)));
  }

  void add(ObjectId id, long bytes) {
    open.put(id, new Wanted(bytes));
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
    Taker best = null;
    for (var taker : takers.values()) {
      if (taker.hasRoom()
          && !wanted.refusedBy.contains(taker.id)
          && (best == null || isBefore(taker, best))) {
        best = taker;
      }
    }
    return best;
  }

  private static boolean isBefore(Taker one, Taker other) {
    return one.refusals != other.refusals ? one.refusals < other.refusals : one.bytes < other.bytes;
  }

  private boolean isRefusedByAll(Wanted wanted) {
    return takers.values().stream()
        .allMatch(taker -> taker.silent || wanted.refusedBy.contains(taker.id));
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
  }

  /** Nobody wants it any more. */
  void forget(ObjectId id) {
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
  List<String> left() {
    var left = new ArrayList<String>();
    open.forEach(
        (id, wanted) -> left.add(id + " (" + wanted.bytes + " bytes; " + wanted.why + ")"));
    return left;
  }
}
