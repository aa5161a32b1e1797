package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.PendingPeerRequests;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Queries to the owner of an actor whether the actor takes calls. A process that is neither the
 * actor's owner nor its host may not have heard of its end yet. Safe for all threads; nothing
 * blocks.
 */
final class OpenActorQueries {
  private final ActorPeers peers;
  private final KnownActors known;
  private final PendingPeerRequests<QueryKey, Boolean> open;
  private final AtomicLong numbers = new AtomicLong();

  /** Key of a query; each has a number, so that no answer is older than its query. */
  private record QueryKey(ActorId actor, long number) {}

  OpenActorQueries(RoleServices shared) {
    this.peers = shared.peers();
    this.known = shared.known();
    this.open = peers.messaging().requests("the state of an actor");
  }

  /** Starts to handle frames. */
  void receive() {
    peers
        .messaging()
        .on(FrameKind.ACTOR_OPEN_QUERY, this::onQuery)
        .on(FrameKind.ACTOR_OPEN_REPLY, this::onReply);
  }

  /** Returns whether the actor takes calls; fails if its owner is gone. */
  CompletionStage<Boolean> isOpen(ActorId actor) {
    var owner = known.ownerOf(actor);
    if (owner.equals(peers.self())) {
      return CompletableFuture.completedStage(isOpenHere(actor));
    }
    var key = new QueryKey(actor, numbers.incrementAndGet());
    var frame = ActorFrames.of(FrameKind.ACTOR_OPEN_QUERY, actor).int64(key.number());
    return open.ask(owner, key, () -> peers.send(owner, frame.toBytes()));
  }

  private boolean isOpenHere(ActorId actor) {
    var owner = known.owner(actor);
    return owner != null && owner.isOpen();
  }

  private void onQuery(NodeId from, FrameReader in) {
    var actor = ActorDescriptor.readId(in);
    var reply = ActorFrames.of(FrameKind.ACTOR_OPEN_REPLY, actor).int64(in.int64());
    peers.send(from, reply.flag(isOpenHere(actor)).toBytes());
  }

  private void onReply(NodeId from, FrameReader in) {
    var key = new QueryKey(ActorDescriptor.readId(in), in.int64());
    open.complete(from, key, in::flag);
  }
}
