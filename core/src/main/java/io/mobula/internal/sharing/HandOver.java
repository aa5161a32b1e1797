package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.NodeLostException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.lane.PendingPeerRequests;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.HoldStatement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has other nodes take objects over: those that a leaving node has and others hold, and those of
 * which there are too few copies. Never asks drivers. Whoever has no room or says nothing is no
 * obstacle while others have room; see {@link HandOverPlan}. Safe for all threads; {@link #give}
 * blocks its caller.
 */
final class HandOver {
  private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
  private static final int TAKE = 11;
  private static final int TAKEN = 12;
  /** How long a thread waits for an object that has been moved since it was offered. */
  private static final Duration MOST_TAKING = Duration.ofSeconds(10);

  private static final HandOverPlan.Terms TERMS = new HandOverPlan.Terms(
      TimeUnit.SECONDS.toNanos(2), 0.1, TimeUnit.MILLISECONDS.toNanos(500)); // 100 MB/s

  private static final long LOOK_MILLIS = 100;

  private final Sharing sharing;
  private final ObjectStore store;
  private final Membership membership;
  private final PeerTransport peerTransport;
  private final PendingPeerRequests<ObjectId, String> offers;

  HandOver(Sharing sharing, ObjectStore store, Membership membership, PeerTransport peerTransport, FrameRouter router) {
    this.sharing = sharing;
    this.store = store;
    this.membership = membership;
    this.peerTransport = peerTransport;
    this.offers = new PendingPeerRequests<>(peerTransport, "a copy of object");
    router.on(TAKE, this::onTake).on(TAKEN, this::onTaken);
  }

  /**
   * What came of it.
   *
   * @param takers who has each object now
   * @param left what nobody took, each with the reason, for people
   */
  record Given(Map<ObjectId, NodeId> takers, Map<ObjectId, String> left) {}

  /** Has nodes take these objects over, until the limit. */
  Given give(
      Collection<SharedEntry> entries,
      Function<ObjectId, HandOverPlan.Ranks> ranks,
      Duration limit) {
    return entries.isEmpty()
        ? new Given(Map.of(), Map.of())
        : new Giving(entries, ranks).run(limit);
  }

  /** Nodes; worker processes, which go when they have nothing to do, only without any. */
  List<NodeId> takers() {
    var nodes = peers(Peer.Role.NODE);
    return nodes.isEmpty() ? peers(Peer.Role.WORKER) : nodes;
  }

  private List<NodeId> peers(Peer.Role role) {
    return membership.peers().stream()
        .filter(peer -> peer.role() == role)
        .map(Peer::id)
        .toList();
  }

  /** All that is given at one time; its monitor guards the plan. */
  private final class Giving {
    private final Map<ObjectId, SharedEntry> entries = new HashMap<>();
    private final Map<ObjectId, NodeId> takenBy = new HashMap<>();
    private final HandOverPlan plan = new HandOverPlan(takers(), TERMS);

    Giving(Collection<SharedEntry> wanted, Function<ObjectId, HandOverPlan.Ranks> ranks) {
      for (var entry : wanted) {
        var outcome = entry.outcome();
        if (sharing.canGive(outcome)) {
          entries.put(entry.id(), entry);
          long bytes = outcome instanceof Content.InStore sealed ? sealed.byteSize() : 0;
          plan.add(entry.id(), bytes, ranks.apply(entry.id()));
        }
      }
    }

    synchronized Given run(Duration limit) {
      long end = System.nanoTime() + limit.toNanos();
      try {
        for (long now = System.nanoTime(); !plan.isOver() && now < end; now = System.nanoTime()) {
          plan.tick(now);
          for (var offer = plan.next(now); offer != null; offer = plan.next(now)) {
            make(offer);
          }
          if (!plan.isOver()) {
            wait(LOOK_MILLIS);
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return new Given(Map.copyOf(takenBy), plan.left());
    }

    private void make(HandOverPlan.Offer offer) {
      var entry = entries.get(offer.id());
      var outcome = entry == null ? null : entry.outcome();
      if (entry == null || outcome == null || !sharing.canGive(outcome)) {
        plan.forget(offer.id()); // it has been freed meanwhile
        return;
      }
      int attempt = entry.attempt();
      var _ = offers
          .ask(offer.to(), offer.id(), () -> send(offer, outcome, attempt))
          .whenComplete((refusal, gone) -> answered(offer, refusal, gone));
    }

    private boolean send(HandOverPlan.Offer offer, Object outcome, int attempt) {
      var frame = new FrameWriter().octet(TAKE);
      Location.write(frame, offer.id());
      frame.int32(attempt);
      Custody.write(frame, sharing.statementOf(offer.id()));
      sharing.write(frame, outcome, offer.id());
      sharing.seal(frame, offer.to(), () -> {}); // it is kept until all have answered
      return sharing.send(offer.to(), frame);
    }

    private synchronized void answered(
        HandOverPlan.Offer offer, @Nullable String refusal, @Nullable Throwable gone) {
      long now = System.nanoTime();
      if (gone instanceof NodeLostException) {
        plan.left(offer.to());
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

  private void onTake(NodeId from, FrameReader frame) {
    var id = Location.readId(frame);
    int attempt = Location.readAttempt(frame);
    var giver = Custody.read(frame);
    var offered = sharing.read(frame);
    if (!(offered instanceof Content.Away)) {
      sharing.takeOver(id, offered, attempt, giver);
      sharing.received(from, frame);
      answer(from, id, "");
      return;
    }
    sharing.received(from, frame);
    if (offered instanceof Content.Away(var remote) && remote instanceof RemoteObject object) {
      object
          .bring()
          .whenComplete((content, failure) -> store.background(() -> {
            var refusal = content == null ? String.valueOf(failure) : take(object, giver);
            object.discard();
            answer(from, id, refusal);
          }));
    } else {
      answer(from, id, "it is not offered as an object in memory");
    }
  }

  /** Why not; or an empty text. */
  private String take(RemoteObject object, HoldStatement giver) {
    try {
      sharing.takeOver(object, giver, Deadline.after(MOST_TAKING));
      return "";
    } catch (RuntimeException noRoom) {
      LOG.info("Object {} is not taken over", object.location().id(), noRoom);
      return String.valueOf(noRoom.getMessage());
    }
  }

  private void answer(NodeId to, ObjectId id, String refusal) {
    var frame = new FrameWriter().octet(TAKEN);
    Location.write(frame, id);
    peerTransport.send(to, frame.flag(refusal.isEmpty()).text(refusal).toBytes());
  }

  private void onTaken(NodeId from, FrameReader frame) {
    var id = Location.readId(frame);
    offers.complete(from, id, () -> {
      boolean taken = frame.flag();
      var refusal = frame.text();
      return taken ? "" : refusal.isEmpty() ? "it does not say why" : refusal;
    });
  }
}
