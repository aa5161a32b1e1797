package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Ack;
import io.mobula.internal.directory.DirectoryMessage.RequestReconstruction;
import io.mobula.internal.directory.DirectoryMessage.Snapshot;
import io.mobula.internal.directory.ObjectRecord.ParticipantEntry;
import io.mobula.internal.directory.ObjectStatement.Hold;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All object records of one shard. It applies statements to them and sends what follows. After any
 * change, {@link #settle} makes a record consistent, whatever the change was.
 */
final class ShardRecords {
  private final int number;
  private final long incarnation;
  private final ShardSettings shardSettings;
  private final Map<Participant, ParticipantState> participants;
  private final DependencyHolds kept;
  private final MessageSink sink;
  private final AttemptResolver resolver;
  private final Map<ObjectId, ObjectRecord> records = new HashMap<>();

  /** Records for which {@link #tick} may have work to do. */
  private final Set<ObjectId> timed = new HashSet<>();

  private final Map<Long, Long> endedTransits = new HashMap<>();
  private final RecordReminders reminders;
  private final LineageBudget lineages;
  private boolean answering;
  private boolean freeing;

  ShardRecords(
      int number,
      long incarnation,
      NodeId host,
      ShardSettings shardSettings,
      Map<Participant, ParticipantState> participantStates,
      DependencyHolds kept,
      MessageSink sink) {
    this.number = number;
    this.incarnation = incarnation;
    this.shardSettings = shardSettings;
    this.participants = participantStates;
    this.kept = kept;
    this.sink = sink;
    this.resolver =
        new AttemptResolver(number, incarnation, shardSettings, participantStates, sink);
    this.reminders = new RecordReminders(
        number,
        incarnation,
        Participant.node(host),
        shardSettings.messaging().resendMillis(),
        resolver,
        sink);
    this.lineages = new LineageBudget(shardSettings.lineageBytes());
  }

  // Statements

  /**
   * Applies a participant's statement. The caller then calls {@link #settleAll} with the touched
   * objects.
   */
  void apply(
      ParticipantState participantState,
      ObjectStatement statement,
      boolean exact,
      long now,
      Set<ObjectId> touched) {
    var id = statement.id();
    touched.add(id);
    var found = records.get(id);
    var entry = found == null ? null : found.entries.get(participantState.who);
    boolean stale = (!exact && statement.version() <= participantState.floor())
        || statement.version() <= participantState.tombstone(id).version()
        || (entry != null && statement.version() < entry.version);
    if (!stale) {
      state(record(id, now), participantState, statement, now);
    } else if (exact && entry != null && found != null) {
      learn(found, statement); // later statements leave out what this snapshot contains
    }
    for (var relayedHold : statement.extras().vouched()) {
      applyRelayedHold(id, Participant.node(relayedHold.node()), relayedHold.hold(), now);
    }
    statement.extras().arrived().forEach(token -> endTransit(id, token, now));
  }

  private ObjectRecord record(ObjectId id, long now) {
    return records.computeIfAbsent(id, key -> new ObjectRecord(key, now));
  }

  private void state(
      ObjectRecord record, ParticipantState participantState, ObjectStatement statement, long now) {
    var entry = record.entries.computeIfAbsent(
        participantState.who, key -> new ParticipantEntry(participantState.tombstone(record.id)));
    entry.version = statement.version();
    entry.localState = statement.localState();
    if (statement.hold().version() >= entry.hold.version()) {
      entry.hold = statement.hold();
    }
    record.noteAttempt(statement.localState().highestAttempt());
    if (record.grant != null
        && record.grant.to().equals(participantState.who)
        && statement.localState().highestSeenAttempt() >= record.grant.attempt()) {
      record.grant = null; // its own statements mention the attempt from now on
    }
    learn(record, statement);
    for (var transitHold : statement.extras().transits()) {
      if (!endedTransits.containsKey(transitHold.token())) {
        record.transits.put(transitHold.token(), now + transitHold.millisLeft());
        timed.add(record.id);
      }
    }
    index(record, participantState, entry);
  }

  private void learn(ObjectRecord record, ObjectStatement statement) {
    if (statement.extras().outcome() != null) {
      record.learn(statement.extras().outcome());
    }
    if (statement.extras().lineage() != null) {
      lineages.keep(record, statement.extras().lineage());
    }
    if (statement.extras().notReconstructibleReason() != null) {
      record.notReconstructibleReason = statement.extras().notReconstructibleReason();
    }
  }

  private void index(
      ObjectRecord record, ParticipantState participantState, ParticipantEntry entry) {
    if (entry.isEmpty()) {
      record.entries.remove(participantState.who);
      participantState.recordTombstone(
          record.id, new ParticipantState.Tombstone(entry.version, entry.hold.version()));
    } else {
      participantState.removeTombstone(record.id);
    }
  }

  private void applyRelayedHold(ObjectId id, Participant who, Hold hold, long now) {
    var participantState = participants.computeIfAbsent(who, key -> {
      var unknown = new ParticipantState(key);
      unknown.markAbsent(now + shardSettings.graceMillis());
      return unknown;
    });
    if (hold.version() <= participantState.floor()) {
      return;
    }
    var record = record(id, now);
    var entry = record.entries.computeIfAbsent(
        who, key -> new ParticipantEntry(participantState.tombstone(id)));
    if (hold.version() > entry.hold.version() && hold.version() > entry.version) {
      entry.hold = hold;
    }
    index(record, participantState, entry);
  }

  private void endTransit(ObjectId id, long token, long now) {
    endedTransits.put(token, now + shardSettings.graceMillis());
    var record = records.get(id);
    if (record != null) {
      record.transits.remove(token);
    }
  }

  /**
   * Replaces everything that the participant has stated up to the snapshot's version by the
   * snapshot.
   */
  void adoptSnapshot(ParticipantState participantState, List<Snapshot> parts, long now) {
    var first = parts.getFirst();
    var touched = new HashSet<>(participantState.ids);
    if (participantState.incarnation() != first.incarnation()
        && participantState.incarnation() != 0) {
      for (var id : touched) {
        drop(participantState, id);
      }
    }
    participantState.adoptSnapshot(first.incarnation());
    var present = new HashSet<ObjectId>();
    for (var part : parts) {
      for (var statement : part.statements()) {
        present.add(statement.id());
        apply(participantState, statement, true, now, touched);
      }
    }
    for (var id : List.copyOf(participantState.ids)) {
      var record = records.get(id);
      var entry = record == null ? null : record.entries.get(participantState.who);
      if (!present.contains(id) && entry != null && entry.latest() <= first.version()) {
        drop(participantState, id);
      }
    }
    participantState.raiseFloor(first.version());
    settleAll(touched, now);
  }

  private void drop(ParticipantState participantState, ObjectId id) {
    var record = records.get(id);
    if (record != null) {
      record.entries.remove(participantState.who);
    }
    participantState.ids.remove(id);
  }

  /** Removes a participant that is gone for ever from a record. */
  void forget(Participant who, ObjectId id, long now) {
    var record = records.get(id);
    if (record != null) {
      record.entries.remove(who);
      record.waiters.remove(who);
      settle(record, now);
    }
  }

  // Consequences

  void settleAll(Collection<ObjectId> ids, long now) {
    for (var id : List.copyOf(ids)) {
      var record = records.get(id);
      if (record != null) {
        settle(record, now);
      }
    }
  }

  private void settle(ObjectRecord record, long now) {
    if (!answering) {
      return;
    }
    resolver.chooseAttempt(record, now);
    kept.setDependencies(record, record.requiredDependencies());
    if (!record.waiters.isEmpty() && !resolver.answerWaiters(record, now)) {
      timed.add(record.id);
    }
    boolean unwanted = freeing && !record.isHeld() && record.waiters.isEmpty();
    record.freeing = unwanted && !awaitsProducer(record, now);
    if (unwanted && !record.freeing) {
      timed.add(record.id);
    }
    reminders.send(record, now);
    if (record.freeing) {
      removeIfGone(record);
    }
  }

  /**
   * Returns whether no attempt is known yet. The producer may hold the object and its statement may
   * be on its way, so what others know of the object is kept until the grace period is over.
   */
  private boolean awaitsProducer(ObjectRecord record, long now) {
    return record.highest == 0 && now < record.unreadableSince + shardSettings.graceMillis();
  }

  private void removeIfGone(ObjectRecord record) {
    for (var each : record.entries.entrySet()) {
      if (resolver.isReadableAt(each.getKey()) || !each.getKey().isNode()) {
        return;
      }
    }
    for (var who : record.entries.keySet()) {
      var participantState = participants.get(who);
      if (participantState != null) {
        participantState.ids.remove(record.id);
      }
    }
    kept.setDependencies(record, Set.of());
    lineages.release(record);
    records.remove(record.id);
    reminders.forget(record.id);
  }

  // Queries

  /** Registers a query for the location. Returns whether it was answered at once. */
  boolean locate(Participant who, ObjectId id, int lostAttempt, long now) {
    var record = record(id, now);
    if (lostAttempt > 0) {
      record.noteLostAttempt(lostAttempt);
    }
    record.waiters.put(who, now);
    settle(record, now);
    timed.add(id);
    return !record.waiters.containsKey(who);
  }

  /**
   * Answers a request to reconstruct. Returns false if it is too early, and the requesting node has
   * to ask again.
   */
  boolean answerReconstruction(RequestReconstruction ask, long now) {
    return answering && resolver.answerReconstruction(records.get(ask.id()), ask, now);
  }

  // Acknowledgements

  /**
   * Returns whether the statement may be acknowledged: all dependencies of its facts are held. If
   * not, it is acknowledged later.
   */
  boolean areDependenciesHeld(Participant from, ObjectStatement statement) {
    var record = records.get(statement.id());
    if (record == null || !statement.extras().hasFacts()) {
      return true;
    }
    if (answering && kept.areHeld(record)) {
      return true;
    }
    record.pendingAcks.merge(from, statement.version(), Math::max);
    return false;
  }

  void acknowledgeSettled(ObjectId id) {
    var record = records.get(id);
    if (record == null || record.pendingAcks.isEmpty() || !kept.areHeld(record)) {
      return;
    }
    record.pendingAcks.forEach((who, version) ->
        sink.send(who, new Ack(number, incarnation, List.of(new Ack.AckedVersion(id, version)))));
    record.pendingAcks.clear();
  }

  // Time and phases

  /** Starts answering queries, because the snapshots of all nodes have arrived. */
  void startAnswering(long now) {
    answering = true;
    resolver.completeSince(now);
    settleAll(records.keySet(), now);
  }

  /** Starts freeing objects, because all holds are known. */
  void startFreeing(long now) {
    freeing = true;
    settleAll(records.keySet(), now);
  }

  void tick(long now) {
    endedTransits.values().removeIf(end -> end <= now);
    for (var id : List.copyOf(timed)) {
      var record = records.get(id);
      if (record != null) {
        record.transits.values().removeIf(end -> end <= now);
        record.waiters.values().removeIf(asked -> asked + shardSettings.graceMillis() <= now);
        settle(record, now);
      }
      if (record == null || !isTimed(record, now)) {
        timed.remove(id);
      }
    }
    settleAll(reminders.outstanding(), now);
  }

  private boolean isTimed(ObjectRecord record, long now) {
    return !record.transits.isEmpty() || !record.waiters.isEmpty() || awaitsProducer(record, now);
  }

  /** Returns whether {@link #tick} may have work to do later. */
  boolean needsTick() {
    return !(endedTransits.isEmpty()
        && timed.isEmpty()
        && reminders.outstanding().isEmpty());
  }

  /** Returns the digest of what the shard knows of one participant. */
  DigestSum digestOf(ParticipantState participantState) {
    var sum = new DigestSum();
    for (var id : participantState.ids) {
      var record = records.get(id);
      var entry = record == null ? null : record.entries.get(participantState.who);
      if (entry != null) {
        sum.add(id, entry.version);
      }
    }
    return sum;
  }

  Set<ObjectId> ids() {
    return Set.copyOf(records.keySet());
  }

  @Nullable
  ObjectRecord find(ObjectId id) {
    return records.get(id);
  }

  /** Returns how many times lineage was dropped for lack of room. */
  long droppedLineages() {
    return lineages.droppedCount();
  }
}
