package io.mobula.internal.directory;

import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Ack;
import io.mobula.internal.directory.DirectoryMessage.Batch;
import io.mobula.internal.directory.DirectoryMessage.Digest;
import io.mobula.internal.directory.DirectoryMessage.Free;
import io.mobula.internal.directory.DirectoryMessage.Keep;
import io.mobula.internal.directory.DirectoryMessage.Refused;
import io.mobula.internal.directory.DirectoryMessage.Snapshot;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import io.mobula.internal.directory.ObjectStatement.Copy;
import io.mobula.internal.directory.ObjectStatement.Hold;
import io.mobula.internal.directory.ObjectStatement.ObjectFacts;
import io.mobula.internal.directory.ObjectStatement.Outcome;
import io.mobula.spi.HoldStatement;
import io.mobula.spi.Lineage;
import io.mobula.spi.PublishedObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Statements of one participant to all shards: the newest statement on each object, repeated until
 * it is acknowledged by the incarnation of the shard that has this participant's snapshot. Versions
 * grow with every statement. A pure class without clock or threads, guarded by its owner.
 *
 * <p>The refs inside a published value stay pinned here until the shard has acknowledged the value.
 * The shard does so only when the shards of the contained objects know its holds on them. So there
 * is no moment in which nobody holds the contained objects.
 */
final class StatementTable {
  private final Participant self;
  private final long incarnation;
  private final ShardMap map;
  private final StatementOutbox[] outboxes;
  private long version;
  private long snapshots;

  StatementTable(Participant self, long incarnation, ShardMap map, MessagingSettings messaging) {
    this.self = self;
    this.incarnation = incarnation;
    this.map = map;
    this.outboxes = new StatementOutbox[map.shards()];
    for (int shard = 0; shard < outboxes.length; shard++) {
      outboxes[shard] = new StatementOutbox(messaging);
    }
  }

  private StatementOutbox outbox(ObjectId id) {
    return outboxes[map.shardOf(id)];
  }

  private @Nullable StatementEntry find(ObjectId id) {
    return outbox(id).find(id);
  }

  private StatementEntry entry(ObjectId id) {
    return outbox(id).entry(id, version);
  }

  private void restate(StatementEntry entry) {
    entry.restate(++version);
    outbox(entry.id).enqueue(entry);
  }

  /** Holds the object from now on. */
  void hold(ObjectId id) {
    var entry = entry(id);
    if (entry.setHeld(true) && entry.holdChanged()) {
      restate(entry);
    }
  }

  /** Ends the hold, unless the object is pinned. */
  void release(ObjectId id) {
    var entry = find(id);
    if (entry != null && entry.setHeld(false) && entry.holdChanged()) {
      restate(entry);
    }
  }

  /** Pins the object until {@link #unpin} has been called as often. */
  void pin(ObjectId id) {
    var entry = entry(id);
    entry.pin();
    if (entry.holdChanged()) {
      restate(entry);
    }
  }

  void unpin(ObjectId id) {
    var entry = entry(id);
    entry.unpin();
    if (entry.holdChanged()) {
      restate(entry);
    }
  }

  void publish(ObjectId id, PublishedObject what) {
    var entry = entry(id);
    var outcome = switch (what) {
      case PublishedObject.Sealed(int attempt, long bytes, boolean primary, var contains) -> {
        entry.setCopy(new Copy(attempt, bytes, primary));
        yield contains.isEmpty()
            ? null
            : new Outcome(attempt, Outcome.Kind.SEALED, new byte[0], contains);
      }
      case PublishedObject.Value(int attempt, byte[] encoded, var contains) ->
        new Outcome(attempt, Outcome.Kind.VALUE, encoded, contains);
      case PublishedObject.Failure(int attempt, byte[] encoded) ->
        new Outcome(attempt, Outcome.Kind.FAILURE, encoded, List.of());
    };
    if (entry.attemptInProgress() <= what.attempt()) {
      entry.setAttemptInProgress(0);
    }
    entry.noteAttempt(what.attempt());
    learn(entry, new ObjectFacts(outcome, null, null), what.containedIds());
  }

  void recordLineage(ObjectId id, Lineage lineage) {
    learn(entry(id), new ObjectFacts(null, lineage, null), lineage.upstream());
  }

  void markNotReconstructible(ObjectId id, String why) {
    learn(entry(id), new ObjectFacts(null, null, why), List.of());
  }

  private void learn(StatementEntry entry, ObjectFacts facts, List<ObjectId> kept) {
    kept.forEach(this::pin);
    if (!facts.equals(ObjectFacts.NONE)) {
      entry.learn(facts, version + 1);
    }
    if (!kept.isEmpty()) {
      entry.pinUntilAcknowledged(kept, version + 1);
    }
    restate(entry);
  }

  void reportAttempt(ObjectId id, int attempt) {
    var entry = entry(id);
    entry.setAttemptInProgress(attempt);
    entry.noteAttempt(attempt);
    restate(entry);
  }

  /** Notes an attempt that readers on this node have seen, to be mentioned to the directory. */
  void noteAttempt(ObjectId id, int attempt) {
    var entry = find(id);
    if (entry != null) {
      entry.noteAttempt(attempt);
    }
  }

  void retract(ObjectId id) {
    var entry = find(id);
    if (entry != null && entry.copy() != null) {
      entry.dropCopy();
      restate(entry);
    }
  }

  HoldStatement statementOf(ObjectId id) {
    var entry = find(id);
    return entry == null
        ? new HoldStatement(id, self.nodeId(), version, false)
        : new HoldStatement(
            id, self.nodeId(), entry.hold().version(), entry.hold().held());
  }

  void relayStatements(List<HoldStatement> others) {
    for (var other : others) {
      if (!Participant.node(other.node()).equals(self)) {
        var entry = entry(other.id());
        entry.vouch(other.node(), new Hold(other.version(), other.held()), version + 1);
        restate(entry);
      }
    }
  }

  void beginTransit(ObjectId id, long token, long end) {
    var entry = entry(id);
    entry.transit(token, end);
    restate(entry);
  }

  /** Holds the object and states that a transit has ended. */
  void endTransit(ObjectId id, long token) {
    var entry = entry(id);
    entry.setHeld(true);
    entry.addEndedTransit(token, version + 1);
    restate(entry);
  }

  /** Returns whether the shard knows everything stated about the object. */
  boolean isAcknowledged(ObjectId id) {
    return outbox(id).isAcknowledged(id);
  }

  boolean isAllAcknowledged() {
    for (var outbox : outboxes) {
      if (!outbox.isAllAcknowledged()) {
        return false;
      }
    }
    return true;
  }

  int size() {
    int size = 0;
    for (var outbox : outboxes) {
      size += outbox.size();
    }
    return size;
  }

  /** Sends new statements, and resends those that are overdue. */
  void flush(long now, MessageSink sink) {
    for (int shard = 0; shard < outboxes.length; shard++) {
      var outbox = outboxes[shard];
      for (var statements = outbox.nextBatch(now);
          !statements.isEmpty();
          statements = outbox.nextBatch(now)) {
        sink.send(
            Participant.shard(shard),
            new Batch(
                self, incarnation, outbox.shardIncarnation(), outbox.floor(version), statements));
      }
    }
  }

  /** Removes transits that have ended. Costs a pass over all entries. */
  void expire(long now) {
    for (var outbox : outboxes) {
      outbox.expireTransits(now);
    }
  }

  /**
   * Sends a digest to each shard that has acknowledged everything, even if it has never requested a
   * snapshot. An empty digest is not repeated.
   */
  void sendDigests(MessageSink sink) {
    for (int shard = 0; shard < outboxes.length; shard++) {
      var outbox = outboxes[shard];
      if (outbox.isAllAcknowledged() && outbox.needsDigest()) {
        var sum = new DigestSum();
        outbox.entries().forEach(entry -> {
          if (!entry.isEmpty()) {
            sum.add(entry.id, entry.version());
          }
        });
        outbox.digestSent(sum.count());
        sink.send(
            Participant.shard(shard),
            new Digest(
                self, incarnation, outbox.shardIncarnation(), version, sum.count(), sum.hash()));
      }
    }
  }

  void sendSnapshot(SnapshotRequest request, long now, MessageSink sink) {
    var outbox = outboxes[request.shard()];
    outbox.setShardIncarnation(request.incarnation());
    var parts = outbox.snapshot(now);
    long serial = ++snapshots;
    for (int part = 0; part < parts.size(); part++) {
      sink.send(
          Participant.shard(request.shard()),
          new Snapshot(
              self, incarnation, request, serial, version, part, parts.size(), parts.get(part)));
    }
  }

  /**
   * Returns whether this incarnation of the shard is the one that has this participant's snapshot.
   */
  boolean isCurrentIncarnation(int shard, long shardIncarnation) {
    return outboxes[shard].shardIncarnation() == shardIncarnation;
  }

  /**
   * Removes what the shard has acknowledged.
   *
   * @return the objects whose statements are all acknowledged now
   */
  List<ObjectId> onAck(Ack ack) {
    if (!isCurrentIncarnation(ack.shard(), ack.incarnation())) {
      return List.of();
    }
    var result = new ArrayList<ObjectId>();
    var outbox = outboxes[ack.shard()];
    for (var ackedVersion : ack.versions()) {
      var entry = outbox.find(ackedVersion.id());
      if (entry != null) {
        outbox.acknowledged(entry, ackedVersion.version());
        entry.acknowledged(ackedVersion.version()).forEach(this::unpin);
        outbox.removeIfEmpty(entry);
      }
      if (outbox.isAcknowledged(ackedVersion.id())) {
        result.add(ackedVersion.id());
      }
    }
    return result;
  }

  /** Drops everything of an object that nobody holds. Returns false if newer statements exist. */
  boolean onFree(Free free) {
    var entry = outboxes[free.shard()].find(free.id());
    if (entry == null
        || !isCurrentIncarnation(free.shard(), free.incarnation())
        || entry.version() != free.version()
        || entry.isHeld()
        || entry.isEmpty()) {
      return false;
    }
    entry.dropAll();
    restate(entry);
    return true;
  }

  /** Keeps facts that a node stated to the shard before it left. */
  void onKeep(Keep keep) {
    var present = find(keep.id());
    if (!isCurrentIncarnation(keep.shard(), keep.incarnation())
        || (present != null && present.localState().keepsFacts())) {
      return;
    }
    var entry = entry(keep.id());
    var kept = new ArrayList<ObjectId>();
    if (keep.outcome() != null) {
      entry.noteAttempt(keep.outcome().attempt());
      kept.addAll(keep.outcome().contains());
    }
    if (keep.lineage() != null) {
      kept.addAll(keep.lineage().upstream());
    }
    learn(
        entry,
        new ObjectFacts(keep.outcome(), keep.lineage(), keep.notReconstructibleReason()),
        kept);
  }

  /** Drops a copy of an attempt that was not accepted. Returns false if there is none. */
  boolean onRefused(Refused refused) {
    var entry = outboxes[refused.shard()].find(refused.id());
    if (entry == null || !isCurrentIncarnation(refused.shard(), refused.incarnation())) {
      return false;
    }
    var copy = entry.copy();
    if (copy == null || copy.attempt() != refused.attempt()) {
      return false;
    }
    entry.dropCopy();
    restate(entry);
    return true;
  }
}
