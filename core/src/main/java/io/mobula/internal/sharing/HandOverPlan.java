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
 * Plan of which object is offered to which target next, by a node that leaves or that has replicas
 * made. An object is offered to the target with the fewest bytes on their way that has not refused
 * it, a few objects at a time. Targets of a lower rank come first, others only when all of these
 * have refused. An object that a target refuses, or leaves unanswered while it answers nothing
 * else, is offered to the others. When all have refused it they are asked again, since memory may
 * become free. Pure logic; times are nanoseconds of any origin. For one thread.
 */
final class HandOverPlan {
  private static final int MAX_OFFERS = 8;
  private static final long MAX_OFFERED_BYTES = 64L << 20;

  private final HandOverPolicy policy;
  private final Map<NodeId, TargetNode> targets = new LinkedHashMap<>();
  private final Map<ObjectId, PendingObject> open = new LinkedHashMap<>();
  private final Map<ObjectId, PendingObject> hopeless = new LinkedHashMap<>();

  /**
   * Timeouts and expected speed of a hand-over.
   *
   * @param answerTimeout how long a target with offers on their way may be silent before others are
   *     asked
   * @param bytesPerNano speed at which a target is expected to take over what it is offered
   * @param retryPause pause before an object that all have refused is offered again
   */
  record HandOverPolicy(long answerTimeout, double bytesPerNano, long retryPause) {}

  /** Ranks of the targets for one object. */
  @FunctionalInterface
  interface TargetRanks {
    /** Ranks that treat all targets alike. */
    TargetRanks EQUAL = target -> 0;

    /** Rank of a target that is never asked. */
    int NEVER = Integer.MAX_VALUE;

    /** Returns the rank of a target; lower ranks come first. */
    int of(NodeId target);
  }

  /** Offer of one object to one target. */
  record Offer(ObjectId id, NodeId to) {}

  private static final class TargetNode {
    final NodeId id;
    final Set<ObjectId> offered = new HashSet<>();
    long bytes;
    long heardAt;
    int refusals;
    boolean silent;

    TargetNode(NodeId id) {
      this.id = id;
    }

    boolean hasRoom() {
      return !silent
          && offered.size() < MAX_OFFERS
          && (offered.isEmpty() || bytes < MAX_OFFERED_BYTES);
    }
  }

  private static final class PendingObject {
    final long bytes;
    final TargetRanks ranks;
    final Set<NodeId> refusedBy = new HashSet<>();

    @Nullable
    NodeId at;

    long notBefore = Long.MIN_VALUE;
    String why = "there was no node to ask";

    PendingObject(long bytes, TargetRanks ranks) {
      this.bytes = bytes;
      this.ranks = ranks;
    }

    boolean mayBeAt(TargetNode target) {
      return !target.silent && !refusedBy.contains(target.id);
    }
  }

  /** Creates a plan without objects. */
  HandOverPlan(Collection<NodeId> takers, HandOverPolicy policy) {
    this.policy = policy;
    takers.forEach(id -> this.targets.put(id, new TargetNode(id)));
  }

  void add(ObjectId id, long bytes) {
    add(id, bytes, TargetRanks.EQUAL);
  }

  /**
   * Adds an object with ranks of its own; if no target may have it, it stays with its node at once.
   */
  void add(ObjectId id, long bytes, TargetRanks ranks) {
    var pending = new PendingObject(bytes, ranks);
    (isForNobody(pending) ? hopeless : open).put(id, pending);
  }

  private boolean isForNobody(PendingObject pending) {
    return targets.keySet().stream()
        .allMatch(target -> pending.ranks.of(target) == TargetRanks.NEVER);
  }

  /** Returns the next offer, or null if there is none at this moment. */
  @Nullable
  Offer nextOffer(long now) {
    for (var each : open.entrySet()) {
      var pending = each.getValue();
      if (pending.at == null && pending.notBefore <= now) {
        var target = best(pending);
        if (target != null) {
          offer(each.getKey(), pending, target, now);
          return new Offer(each.getKey(), target.id);
        }
        if (isRefusedByAll(pending)) {
          pending.refusedBy.clear();
          pending.notBefore = now + policy.retryPause();
        }
      }
    }
    return null;
  }

  private @Nullable TargetNode best(PendingObject pending) {
    int lowest = lowestRank(pending);
    TargetNode best = null;
    for (var target : targets.values()) {
      if (target.hasRoom()
          && pending.mayBeAt(target)
          && pending.ranks.of(target.id) == lowest
          && (best == null || isBefore(target, best))) {
        best = target;
      }
    }
    return lowest == TargetRanks.NEVER ? null : best;
  }

  private int lowestRank(PendingObject pending) {
    int lowest = TargetRanks.NEVER;
    for (var target : targets.values()) {
      if (pending.mayBeAt(target)) {
        lowest = Math.min(lowest, pending.ranks.of(target.id));
      }
    }
    return lowest;
  }

  private static boolean isBefore(TargetNode one, TargetNode other) {
    return one.refusals != other.refusals ? one.refusals < other.refusals : one.bytes < other.bytes;
  }

  private boolean isRefusedByAll(PendingObject pending) {
    return lowestRank(pending) == TargetRanks.NEVER;
  }

  private static void offer(ObjectId id, PendingObject pending, TargetNode target, long now) {
    if (target.offered.isEmpty()) {
      target.heardAt = now;
    }
    target.offered.add(id);
    target.bytes += pending.bytes;
    pending.at = target.id;
  }

  /**
   * Records that a target has taken the object over, maybe in answer to an offer that was
   * withdrawn.
   */
  void taken(NodeId by, ObjectId id, long now) {
    noteAnswer(by, now);
    var pending = open.remove(id);
    if (pending != null) {
      takeBack(pending, id);
      var target = targets.get(by);
      if (target != null) {
        target.refusals = 0;
      }
    }
  }

  /** Records that a target has refused the object. */
  void refused(NodeId by, ObjectId id, String why, long now) {
    noteAnswer(by, now);
    var pending = open.get(id);
    if (pending == null) {
      return;
    }
    pending.why = "node " + by + ": " + why;
    pending.refusedBy.add(by);
    if (by.equals(pending.at)) {
      takeBack(pending, id);
    }
    var target = targets.get(by);
    if (target != null) {
      target.refusals++;
    }
  }

  /** Removes a target that has left the cluster. */
  void onLeft(NodeId node) {
    var target = targets.remove(node);
    if (target != null) {
      takeAllBack(target, "node " + node + " has left, too");
    }
    open.entrySet().removeIf(each -> {
      boolean alone = isForNobody(each.getValue());
      if (alone) {
        hopeless.put(each.getKey(), each.getValue());
      }
      return alone;
    });
  }

  /** Removes an object that nobody needs any more. */
  void forget(ObjectId id) {
    hopeless.remove(id);
    var pending = open.remove(id);
    if (pending != null) {
      takeBack(pending, id);
    }
  }

  private void noteAnswer(NodeId from, long now) {
    var target = targets.get(from);
    if (target != null) {
      target.heardAt = now;
      target.silent = false;
    }
  }

  /** Withdraws offers from targets that have been silent for too long. */
  void tick(long now) {
    targets.forEach((id, target) -> {
      long timeoutNanos = policy.answerTimeout() + (long) (target.bytes / policy.bytesPerNano());
      if (!target.offered.isEmpty() && now - target.heardAt > timeoutNanos) {
        target.silent = true;
        takeAllBack(target, "node " + id + " has not answered");
      }
    });
  }

  private void takeAllBack(TargetNode target, String why) {
    for (var id : List.copyOf(target.offered)) {
      var pending = open.get(id);
      if (pending != null) {
        pending.why = why;
        takeBack(pending, id);
      }
    }
    target.offered.clear();
    target.bytes = 0;
  }

  private void takeBack(PendingObject pending, ObjectId id) {
    var target = pending.at == null ? null : targets.get(pending.at);
    if (target != null && target.offered.remove(id)) {
      target.bytes -= pending.bytes;
    }
    pending.at = null;
  }

  /** Returns whether nothing is left to do, or no target is left. */
  boolean isOver() {
    return open.isEmpty() || targets.isEmpty();
  }

  /**
   * Returns the objects that nobody has taken over so far, each with its size and the last reason,
   * for messages.
   */
  Map<ObjectId, String> remaining() {
    var left = new LinkedHashMap<ObjectId, String>();
    hopeless.forEach((id, pending) -> left.put(id, why(pending)));
    open.forEach((id, wanted) -> left.put(id, why(wanted)));
    return left;
  }

  private static String why(PendingObject pending) {
    return pending.bytes + " bytes; " + pending.why;
  }
}
