package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.NodeLostException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PendingPeerRequests;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Hand-over of objects to other nodes: those of a leaving node that others hold, and those that
 * have too few replicas. Drivers are never asked. A target without memory, or one that does not
 * answer, is no obstacle while others have memory; see {@link HandOverPlan} and, on their side,
 * {@link ObjectTakeOver}. Safe for all threads; {@link #handOver} blocks its caller.
 */
final class ObjectHandOver {
  private static final HandOverPlan.HandOverPolicy TERMS = new HandOverPlan.HandOverPolicy(
      TimeUnit.SECONDS.toNanos(2), 0.1, TimeUnit.MILLISECONDS.toNanos(500)); // 100 MB/s

  private static final long LOOK_MILLIS = 100;

  private final DirectoryClient directoryClient;
  private final ValueCodec codec;
  private final InFlightRefs inFlightRefs;
  private final Membership membership;
  private final NodeMessaging messaging;
  private final PendingPeerRequests<ObjectId, String> offers;

  ObjectHandOver(
      DirectoryClient directoryClient,
      ValueCodec codec,
      InFlightRefs inFlightRefs,
      NodeMessaging messaging) {
    this.directoryClient = directoryClient;
    this.codec = codec;
    this.inFlightRefs = inFlightRefs;
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.offers = messaging.requests("a copy of object");
  }

  /** Receives replies of other nodes from now on. */
  void listen() {
    messaging.on(FrameKind.OBJECT_TAKEN, this::onTaken);
  }

  /** Returns whether the outcome is here, so that others can get it. */
  static boolean canGive(@Nullable Object outcome) {
    return switch (outcome) {
      case ObjectFailure _, ObjectContent.Immediate _, ObjectContent.Inline _ -> true;
      case ObjectContent.Sealed sealed -> !sealed.isMissing();
      case null, default -> false;
    };
  }

  /**
   * Result of a hand-over.
   *
   * @param newHolders the node that has taken over each object
   * @param remaining the objects that nobody has taken over, each with the reason, for messages
   */
  record HandOverResult(Map<ObjectId, NodeId> newHolders, Map<ObjectId, String> remaining) {}

  /** Hands these objects over to other nodes, until the timeout has passed. */
  HandOverResult handOver(
      Collection<SharedEntry> entries,
      Function<ObjectId, HandOverPlan.TargetRanks> ranks,
      Duration timeout) {
    return entries.isEmpty()
        ? new HandOverResult(Map.of(), Map.of())
        : new HandOverRun(entries, ranks).run(timeout);
  }

  /**
   * Returns the nodes; only if there are none, the worker processes, which end when they have
   * nothing to do.
   */
  List<NodeId> targets() {
    var nodes = peers(Peer.Role.NODE);
    return nodes.isEmpty() ? peers(Peer.Role.WORKER) : nodes;
  }

  private List<NodeId> peers(Peer.Role role) {
    return membership.peers().stream()
        .filter(peer -> peer.role() == role)
        .map(Peer::id)
        .toList();
  }

  /** Hand-over of several objects at a time; its monitor guards the plan. */
  private final class HandOverRun {
    private final Map<ObjectId, SharedEntry> entries = new HashMap<>();
    private final Map<ObjectId, NodeId> takenBy = new HashMap<>();
    private final HandOverPlan plan = new HandOverPlan(targets(), TERMS);

    HandOverRun(
        Collection<SharedEntry> wanted, Function<ObjectId, HandOverPlan.TargetRanks> ranks) {
      for (var entry : wanted) {
        var outcome = entry.outcome();
        if (canGive(outcome)) {
          entries.put(entry.id(), entry);
          long bytes = outcome instanceof ObjectContent.Sealed sealed ? sealed.byteSize() : 0;
          plan.add(entry.id(), bytes, ranks.apply(entry.id()));
        }
      }
    }

    synchronized HandOverResult run(Duration timeout) {
      long end = System.nanoTime() + timeout.toNanos();
      try {
        for (long now = System.nanoTime(); !plan.isOver() && now < end; now = System.nanoTime()) {
          plan.tick(now);
          for (var offer = plan.nextOffer(now); offer != null; offer = plan.nextOffer(now)) {
            make(offer);
          }
          if (!plan.isOver()) {
            wait(LOOK_MILLIS);
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return new HandOverResult(Map.copyOf(takenBy), plan.remaining());
    }

    private void make(HandOverPlan.Offer offer) {
      var entry = entries.get(offer.id());
      var outcome = entry == null ? null : entry.outcome();
      if (entry == null || outcome == null || !canGive(outcome)) {
        plan.forget(offer.id()); // it has been freed meanwhile
        return;
      }
      int attempt = entry.attempt();
      var _ = offers
          .ask(offer.to(), offer.id(), () -> send(offer, outcome, attempt))
          .whenComplete((refusal, gone) -> answered(offer, refusal, gone));
    }

    private boolean send(HandOverPlan.Offer offer, Object outcome, int attempt) {
      var frame = FrameWriter.of(FrameKind.TAKE_OBJECT);
      ObjectLocation.write(frame, offer.id());
      frame.int32(attempt);
      InFlightRefs.write(frame, directoryClient.statementOf(offer.id()));
      codec.write(frame, outcome, offer.id());
      inFlightRefs.finishFrame(frame, offer.to(), () -> {}); // it is kept until all have answered
      return inFlightRefs.send(offer.to(), frame);
    }

    private synchronized void answered(
        HandOverPlan.Offer offer, @Nullable String refusal, @Nullable Throwable gone) {
      long now = System.nanoTime();
      if (gone instanceof NodeLostException) {
        plan.onLeft(offer.to());
      } else if (gone != null) {
        plan.refused(offer.to(), offer.id(), String.valueOf(gone.getMessage()), now);
      } else if (refusal == null || refusal.isEmpty()) {
        plan.taken(offer.to(), offer.id(), now);
        takenBy.putIfAbsent(offer.id(), offer.to());
      } else {
        plan.refused(offer.to(), offer.id(), refusal, now);
      }
      notifyAll();
    }
  }

  private void onTaken(NodeId from, FrameReader frame) {
    var id = ObjectLocation.readId(frame);
    offers.complete(from, id, () -> {
      boolean taken = frame.flag();
      var refusal = frame.text();
      return taken ? "" : refusal.isEmpty() ? "it does not say why" : refusal;
    });
  }
}
