package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Ack;
import io.mobula.internal.directory.DirectoryMessage.Batch;
import io.mobula.internal.directory.DirectoryMessage.Digest;
import io.mobula.internal.directory.DirectoryMessage.Locate;
import io.mobula.internal.directory.DirectoryMessage.QueryReceived;
import io.mobula.internal.directory.DirectoryMessage.RequestReconstruction;
import io.mobula.internal.directory.DirectoryMessage.Snapshot;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One shard of the directory, as a pure class: its inputs are messages, membership changes and the
 * time; its outputs go to a {@link MessageSink}.
 *
 * <p>A shard starts empty, in three phases. First it requests the snapshots of all nodes, which
 * answer at once; until all have arrived, it answers no query. Then it knows the dependencies of
 * its own records, answers queries, and sends its snapshot to the other shards, whose snapshots it
 * has requested, too. It frees objects only when the other shards have answered as well and the
 * grace period has passed, which leaves time for a member that it has not heard of.
 */
final class DirectoryShard {
  private static final int DEPARTED_REMEMBERED = 1024;
  private static final int MAX_NAMED = 5;

  private final int number;
  private final long incarnation;
  private final ShardSettings shardSettings;
  private final MessageSink sink;
  private final long startedAt;
  private final ShardRecords records;
  private final DependencyHolds kept;
  private final Map<Participant, ParticipantState> participants = new HashMap<>();
  private final Set<Participant> departed = new RecentSet<>(DEPARTED_REMEMBERED);
  private final Set<Participant> awaitedNodes = new HashSet<>();
  private final Set<Participant> awaitedShards = new HashSet<>();
  private final Map<Participant, SnapshotRequest> earlyRequests = new HashMap<>();
  private long nonces;
  private long digestMismatches;
  private boolean answering;
  private boolean freeing;

  /**
   * Starts the shard by requesting all snapshots.
   *
   * @param incarnation differs from the incarnation of any other start of any shard
   * @param host the process that the shard runs in
   * @param members nodes that are members now
   */
  DirectoryShard(
      int number,
      long incarnation,
      NodeId host,
      ShardSettings shardSettings,
      Collection<NodeId> members,
      long now,
      MessageSink sink) {
    this.number = number;
    this.incarnation = incarnation;
    this.shardSettings = shardSettings;
    this.sink = sink;
    this.startedAt = now;
    this.kept = new DependencyHolds(number, incarnation, shardSettings);
    this.records =
        new ShardRecords(number, incarnation, host, shardSettings, participants, kept, sink);
    for (var member : members) {
      awaitedNodes.add(Participant.node(member));
      joined(member, now);
    }
    for (int other = 0; other < shardSettings.map().shards(); other++) {
      var shard = standing(Participant.shard(other), now);
      shard.markPresent();
      awaitedShards.add(shard.who);
      ask(shard, now);
    }
    advancePhase(now);
  }

  /** Handles a node that has joined; the node may be known already. */
  void joined(NodeId node, long now) {
    var participantState = standing(Participant.node(node), now);
    participantState.markPresent();
    ask(participantState, now);
    records.settleAll(participantState.ids, now);
  }

  /**
   * Handles a node that has left or died. Its copies are gone; its holds last for the grace period.
   */
  void left(NodeId node, long now) {
    var who = Participant.node(node);
    var participantState = standing(who, now);
    participantState.markLeft(now + shardSettings.graceMillis());
    departed.add(who);
    awaitedNodes.remove(who);
    records.settleAll(participantState.ids, now);
    advancePhase(now);
    kept.flush(now, sink);
  }

  void receive(DirectoryMessage.ToShard message, long now) {
    if (!shardSettings.map().containsShardOf(message)) {
      return;
    }
    switch (message) {
      case Batch batch -> onBatch(batch, now);
      case Snapshot snapshot -> onSnapshot(snapshot, now);
      case Digest digest -> onDigest(digest, now);
      case Locate(var from, var id, var lostAttempt) -> {
        var asker = Participant.node(from);
        confirmReceipt(asker, id, records.locate(asker, id, lostAttempt, now));
      }
      case RequestReconstruction ask ->
        confirmReceipt(
            Participant.node(ask.from()), ask.id(), records.answerReconstruction(ask, now));
      case Ack ack -> kept.onAck(ack).forEach(records::acknowledgeSettled);
      case SnapshotRequest request -> onSnapshotRequest(request, now);
    }
    kept.flush(now, sink);
  }

  /** Tells a node whose query has no answer yet that the query has been received. */
  private void confirmReceipt(Participant asker, ObjectId id, boolean answered) {
    if (!answered) {
      var awaited =
          awaitedNodes.stream().limit(MAX_NAMED).map(Participant::nodeId).toList();
      sink.send(asker, new QueryReceived(number, id, awaited));
    }
  }

  /** Performs the periodic work. Call it several times per resend interval. */
  void tick(long now) {
    for (var participantState : List.copyOf(participants.values())) {
      if (participantState.expires() <= now) {
        forget(participantState, now);
      } else if (participantState.pendingRequest() != null && mayAsk(participantState, now)) {
        ask(participantState, now);
      }
    }
    advancePhase(now);
    records.tick(now);
    kept.flush(now, sink);
  }

  /** Returns whether {@link #tick} may have work to do later, as far as is known now. */
  boolean needsTick() {
    return !freeing
        || kept.needsTick()
        || records.needsTick()
        || participants.values().stream().anyMatch(ParticipantState::needsTick);
  }

  /** Sends the other shards digests of this shard's holds. */
  void sendDigests() {
    kept.sendDigests(sink);
  }

  private ParticipantState standing(Participant who, long now) {
    return participants.computeIfAbsent(who, key -> {
      var participantState = new ParticipantState(key);
      participantState.markAbsent(now + shardSettings.graceMillis());
      return participantState;
    });
  }

  private boolean mayAsk(ParticipantState participantState, long now) {
    boolean reachable = !departed.contains(participantState.who);
    return reachable
        && !participantState.isAwaitingSnapshot(now, shardSettings.messaging().resendMillis());
  }

  private void ask(ParticipantState participantState, long now) {
    var request = new SnapshotRequest(number, incarnation, ++nonces);
    participantState.requestSent(request, now);
    sink.send(participantState.who, request);
  }

  private void askUnlessAsked(ParticipantState participantState, long now) {
    if (mayAsk(participantState, now)) {
      ask(participantState, now);
    }
  }

  private void forget(ParticipantState participantState, long now) {
    participants.remove(participantState.who);
    for (var id : List.copyOf(participantState.ids)) {
      records.forget(participantState.who, id, now);
    }
  }

  private boolean isForgotten(Participant who) {
    return departed.contains(who) && !participants.containsKey(who);
  }

  private void onBatch(Batch batch, long now) {
    if (isForgotten(batch.from())) {
      return;
    }
    var participantState = standing(batch.from(), now);
    boolean known = batch.shardIncarnation() == incarnation
        && participantState.hasSnapshot()
        && participantState.incarnation() == batch.incarnation();
    if (!known) {
      askUnlessAsked(participantState, now);
      if (!batch.from().isNode()) {
        return; // the holds of this incarnation are not known as a whole
      }
    }
    var touched = new HashSet<ObjectId>();
    for (var statement : batch.statements()) {
      participantState.noteVersion(statement.version());
      records.apply(participantState, statement, false, now, touched);
    }
    records.settleAll(touched, now);
    if (known) {
      participantState.raiseFloor(batch.floor());
      acknowledge(batch);
    }
  }

  private void acknowledge(Batch batch) {
    var understood = new ArrayList<Ack.AckedVersion>();
    for (var statement : batch.statements()) {
      if (records.areDependenciesHeld(batch.from(), statement)) {
        understood.add(new Ack.AckedVersion(statement.id(), statement.version()));
      }
    }
    if (!understood.isEmpty()) {
      sink.send(batch.from(), new Ack(number, incarnation, List.copyOf(understood)));
    }
  }

  private void onSnapshot(Snapshot part, long now) {
    var participantState = participants.get(part.from());
    if (participantState == null) {
      return;
    }
    if (part.request().incarnation() != incarnation) {
      askUnlessAsked(participantState, now); // it answered another incarnation of this shard
      return;
    }
    var parts = participantState.addSnapshotPart(part);
    if (parts == null) {
      return;
    }
    if (participantState.isOutdated(parts.getFirst())) {
      ask(participantState, now);
      return;
    }
    records.adoptSnapshot(participantState, parts, now);
    awaitedNodes.remove(participantState.who);
    awaitedShards.remove(participantState.who);
    advancePhase(now);
  }

  private void onDigest(Digest digest, long now) {
    if (isForgotten(digest.from())) {
      return;
    }
    var participantState = standing(digest.from(), now);
    if (digest.shardIncarnation() != incarnation
        || !participantState.hasSnapshot()
        || participantState.incarnation() != digest.incarnation()) {
      askUnlessAsked(participantState, now);
      return;
    }
    if (digest.version() < participantState.highestSeenVersion()) {
      return; // newer statements have overtaken it
    }
    participantState.raiseFloor(digest.version());
    var sum = records.digestOf(participantState);
    if (sum.count() != digest.count() || sum.hash() != digest.hash()) {
      digestMismatches++;
      askUnlessAsked(participantState, now);
    }
  }

  private void onSnapshotRequest(SnapshotRequest request, long now) {
    var asker = standing(Participant.shard(request.shard()), now);
    if (asker.incarnation() != request.incarnation()) {
      askUnlessAsked(asker, now); // its predecessor's holds may have ended
    }
    if (answering) {
      kept.sendSnapshot(request, now, sink);
    } else {
      earlyRequests.put(Participant.shard(request.shard()), request);
    }
  }

  private void advancePhase(long now) {
    if (!answering && awaitedNodes.isEmpty()) {
      answering = true;
      records.startAnswering(now);
      earlyRequests.values().forEach(request -> kept.sendSnapshot(request, now, sink));
      earlyRequests.clear();
    }
    if (!freeing
        && answering
        && awaitedShards.isEmpty()
        && now >= startedAt + shardSettings.graceMillis()) {
      freeing = true;
      records.startFreeing(now);
    }
  }

  /** Returns how often a digest did not match. */
  long digestMismatches() {
    return digestMismatches;
  }

  int number() {
    return number;
  }

  ShardRecords records() {
    return records;
  }

  /** Returns whether the shard answers queries. */
  boolean isAnswering() {
    return answering;
  }

  /** Returns whether the shard frees objects. */
  boolean isFreeing() {
    return freeing;
  }
}
