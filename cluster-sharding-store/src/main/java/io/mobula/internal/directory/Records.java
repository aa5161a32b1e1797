package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Ack;
import io.mobula.internal.directory.DirectoryMessage.AskToRebuild;
import io.mobula.internal.directory.DirectoryMessage.Free;
import io.mobula.internal.directory.DirectoryMessage.Keep;
import io.mobula.internal.directory.DirectoryMessage.Refused;
import io.mobula.internal.directory.DirectoryMessage.Snapshot;
import io.mobula.internal.directory.ShardRecord.Entry;
import io.mobula.internal.directory.Unit.Hold;
import io.mobula.spi.Lineage;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The records of one shard: takes statements into them and draws the consequences. After any change
 * {@link #settle} brings a record into order, whatever the change was.
 */
final class Records {
  private final int number;
  private final long incarnation;
  private final Participant host;
  private final Rules rules;
  private final Map<Participant, Standing> standings;
  private final KeptAlive kept;
  private final Sink sink;
  private final Answers answers;
  private final Map<ObjectId, ShardRecord> records = new HashMap<>();

  /** Records for which {@link #tick} may have something to do. */
  private final Set<ObjectId> timed = new HashSet<>();

  private final Map<Long, Long> endedTransits = new HashMap<>();
  private final Map<ObjectId, Long> nagged = new HashMap<>();
  private long lineageBytes;
  private long lineageCuts;
  private boolean answering;
  private boolean freeing;

  Records(
      int number,
      long incarnation,
      NodeId host,
      Rules rules,
      Map<Participant, Standing> standings,
      KeptAlive kept,
      Sink sink) {
    this.number = number;
    this.incarnation = incarnation;
    this.host = Participant.node(host);
    this.rules = rules;
    this.standings = standings;
    this.kept = kept;
    this.sink = sink;
    this.answers = new Answers(number, incarnation, rules, standings, sink);
  }

  // What is said

  /** Takes in what a participant says; {@link #settleAll} of what was touched is to follow. */
  void apply(Standing standing, Unit unit, boolean exact, long now, Set<ObjectId> touched) {
    var id = unit.id();
    touched.add(id);
    var found = records.get(id);
    var entry = found == null ? null : found.entries.get(standing.who);
    boolean stale = (!exact && unit.version() <= standing.floor())
        || unit.version() <= standing.nothing(id).version()
        || (entry != null && unit.version() < entry.version);
    if (!stale) {
      state(record(id, now), standing, unit, now);
    } else if (exact && entry != null && found != null) {
      learn(found, unit); // later statements leave out what this snapshot brings
    }
    for (var vouched : unit.with().vouched()) {
      vouch(id, Participant.node(vouched.node()), vouched.hold(), now);
    }
    unit.with().arrived().forEach(token -> endTransit(id, token, now));
  }

  private ShardRecord record(ObjectId id, long now) {
    return records.computeIfAbsent(id, key -> new ShardRecord(key, now));
  }

  private void state(ShardRecord record, Standing standing, Unit unit, long now) {
    var entry =
        record.entries.computeIfAbsent(standing.who, key -> new Entry(standing.nothing(record.id)));
    entry.version = unit.version();
    entry.claim = unit.claim();
    if (unit.hold().version() >= entry.hold.version()) {
      entry.hold = unit.hold();
    }
    record.heardOf(unit.claim().highestAttempt());
    if (record.grant != null
        && record.grant.to().equals(standing.who)
        && unit.claim().heardOf() >= record.grant.attempt()) {
      record.grant = null; // it says so itself now
    }
    learn(record, unit);
    for (var transit : unit.with().transits()) {
      if (!endedTransits.containsKey(transit.token())) {
        record.transits.put(transit.token(), now + transit.millisLeft());
        timed.add(record.id);
      }
    }
    index(record, standing, entry);
  }

  private void learn(ShardRecord record, Unit unit) {
    if (unit.with().outcome() != null) {
      record.learn(unit.with().outcome());
    }
    if (unit.with().lineage() != null) {
      remember(record, unit.with().lineage());
    }
    if (unit.with().madeOnce() != null) {
      record.madeOnce = unit.with().madeOnce();
    }
  }

  private void index(ShardRecord record, Standing standing, Entry entry) {
    if (entry.isNothing()) {
      record.entries.remove(standing.who);
      standing.saysNothing(record.id, new Standing.Nothing(entry.version, entry.hold.version()));
    } else {
      standing.saysSomething(record.id);
    }
  }

  private void remember(ShardRecord record, Lineage lineage) {
    if (record.lineage != null) {
      return;
    }
    long bytes = lineage.recipe().length;
    if (lineageBytes + bytes > rules.lineageBytes()) {
      lineageCuts += record.lineageCut ? 0 : 1;
      record.lineageCut = true;
      return;
    }
    record.lineage = lineage;
    record.lineageCut = false;
    lineageBytes += bytes;
  }

  private void vouch(ObjectId id, Participant who, Hold hold, long now) {
    var standing = standings.computeIfAbsent(who, key -> {
      var unknown = new Standing(key);
      unknown.isAwayUntil(now + rules.graceMillis());
      return unknown;
    });
    if (hold.version() <= standing.floor()) {
      return;
    }
    var record = record(id, now);
    var entry = record.entries.computeIfAbsent(who, key -> new Entry(standing.nothing(id)));
    if (hold.version() > entry.hold.version() && hold.version() > entry.version) {
      entry.hold = hold;
    }
    index(record, standing, entry);
  }

  private void endTransit(ObjectId id, long token, long now) {
    endedTransits.put(token, now + rules.graceMillis());
    var record = records.get(id);
    if (record != null) {
      record.transits.remove(token);
    }
  }

  /** Takes a whole snapshot in place of all that the participant has said up to its version. */
  void adopt(Standing standing, List<Snapshot> parts, long now) {
    var first = parts.getFirst();
    var touched = new HashSet<>(standing.ids);
    if (standing.incarnation() != first.incarnation() && standing.incarnation() != 0) {
      for (var id : touched) {
        drop(standing, id);
      }
    }
    standing.adopt(first.incarnation());
    var present = new HashSet<ObjectId>();
    for (var part : parts) {
      for (var unit : part.units()) {
        present.add(unit.id());
        apply(standing, unit, true, now, touched);
      }
    }
    for (var id : List.copyOf(standing.ids)) {
      var record = records.get(id);
      var entry = record == null ? null : record.entries.get(standing.who);
      if (!present.contains(id) && entry != null && entry.latest() <= first.version()) {
        drop(standing, id);
      }
    }
    standing.raiseFloor(first.version());
    settleAll(touched, now);
  }

  private void drop(Standing standing, ObjectId id) {
    var record = records.get(id);
    if (record != null) {
      record.entries.remove(standing.who);
    }
    standing.ids.remove(id);
  }

  /** A participant is gone for good. */
  void forget(Participant who, ObjectId id, long now) {
    var record = records.get(id);
    if (record != null) {
      record.entries.remove(who);
      record.waiters.remove(who);
      settle(record, now);
    }
  }

  // What follows

  void settleAll(Collection<ObjectId> ids, long now) {
    for (var id : List.copyOf(ids)) {
      var record = records.get(id);
      if (record != null) {
        settle(record, now);
      }
    }
  }

  private void settle(ShardRecord record, long now) {
    if (!answering) {
      return;
    }
    answers.choose(record, now);
    kept.set(record, record.wantsToKeep());
    if (!record.waiters.isEmpty() && !answers.answer(record, now)) {
      timed.add(record.id);
    }
    boolean unwanted = freeing && !record.isHeld() && record.waiters.isEmpty();
    record.freeing = unwanted && !awaitsItsMaker(record, now);
    if (unwanted && !record.freeing) {
      timed.add(record.id);
    }
    nag(record, now);
    if (record.freeing) {
      removeIfGone(record);
    }
  }

  /**
   * Whether nobody has said yet that it is made or being made. Who does may hold it, and its word
   * be on its way: what the others know of the object is not forgotten before the grace is over.
   */
  private boolean awaitsItsMaker(ShardRecord record, long now) {
    return record.highest == 0 && now < record.unreadableSince + rules.graceMillis();
  }

  /** Says what has to be said until it is done: that nobody holds it, that a copy was refused. */
  private void nag(ShardRecord record, long now) {
    boolean due =
        nagged.getOrDefault(record.id, Long.MIN_VALUE / 2) + rules.pace().resendMillis() <= now;
    boolean outstanding = false;
    var keeper = keeperWanted(record);
    if (keeper != null) {
      outstanding = true;
      if (due) {
        sink.send(keeper, keep(record));
      }
    }
    for (var each : record.entries.entrySet()) {
      var message = due(record, each.getKey(), each.getValue());
      if (message != null) {
        outstanding = true;
        if (due) {
          sink.send(each.getKey(), message);
        }
      }
    }
    if (!outstanding) {
      nagged.remove(record.id);
    } else if (due) {
      nagged.put(record.id, now);
    }
  }

  /**
   * A node that is to keep what nobody else but this shard knows, or only the process that hosts
   * it: one that holds the object, if there is any. Null if nobody needs to.
   */
  private @Nullable Participant keeperWanted(ShardRecord record) {
    if (record.freeing || !record.isHeld() || !record.hasFacts()) {
      return null;
    }
    Participant holder = null;
    for (var each : record.entries.entrySet()) {
      var who = each.getKey();
      if (answers.isReadableAt(who) && !who.equals(host)) {
        if (each.getValue().claim.knows()) {
          return null;
        }
        holder = each.getValue().hold.held() ? who : holder;
      }
    }
    return holder != null ? holder : answers.anyNodeBut(host);
  }

  private Keep keep(ShardRecord record) {
    var outcome = record.inline() ? record.acceptedOutcome() : null;
    return new Keep(number, incarnation, record.id, outcome, record.lineage, record.madeOnce);
  }

  private DirectoryMessage.@Nullable ToParticipant due(
      ShardRecord record, Participant who, Entry entry) {
    if (!answers.isReadableAt(who)) {
      return null;
    }
    if (record.freeing) {
      return new Free(number, incarnation, record.id, entry.version);
    }
    var copy = entry.claim.copy();
    return copy != null && record.accepted != 0 && copy.attempt() != record.accepted
        ? new Refused(number, incarnation, record.id, copy.attempt(), record.accepted)
        : null;
  }

  private void removeIfGone(ShardRecord record) {
    for (var each : record.entries.entrySet()) {
      if (answers.isReadableAt(each.getKey()) || !each.getKey().ofNode()) {
        return;
      }
    }
    for (var who : record.entries.keySet()) {
      var standing = standings.get(who);
      if (standing != null) {
        standing.ids.remove(record.id);
      }
    }
    kept.set(record, Set.of());
    if (record.lineage != null) {
      lineageBytes -= record.lineage.recipe().length;
    }
    records.remove(record.id);
    nagged.remove(record.id);
  }

  // What is asked

  /** Answers now, or later: false. */
  boolean locate(Participant who, ObjectId id, int lostAttempt, long now) {
    var record = record(id, now);
    if (lostAttempt > 0) {
      record.hadBeen(lostAttempt);
    }
    record.waiters.put(who, now);
    settle(record, now);
    timed.add(id);
    return !record.waiters.containsKey(who);
  }

  /** Answers now; false if it is too early, and the question to be asked again. */
  boolean rebuild(AskToRebuild ask, long now) {
    return answering && answers.rule(records.get(ask.id()), ask, now);
  }

  // What is acknowledged

  /** Whether all consequences of the unit are safe; if not, it is acknowledged later. */
  boolean isSettled(Participant from, Unit unit) {
    var record = records.get(unit.id());
    if (record == null || !unit.with().hasFacts()) {
      return true;
    }
    if (answering && kept.isSettled(record)) {
      return true;
    }
    record.unsettled.merge(from, unit.version(), Math::max);
    return false;
  }

  void acknowledgeSettled(ObjectId id) {
    var record = records.get(id);
    if (record == null || record.unsettled.isEmpty() || !kept.isSettled(record)) {
      return;
    }
    record.unsettled.forEach((who, version) ->
        sink.send(who, new Ack(number, incarnation, List.of(new Ack.Known(id, version)))));
    record.unsettled.clear();
  }

  // What time brings

  /** All nodes have said what they have. */
  void answerFrom(long now) {
    answering = true;
    answers.completeSince(now);
    settleAll(records.keySet(), now);
  }

  /** Everybody has said what is held. */
  void freeFrom(long now) {
    freeing = true;
    settleAll(records.keySet(), now);
  }

  void tick(long now) {
    endedTransits.values().removeIf(end -> end <= now);
    for (var id : List.copyOf(timed)) {
      var record = records.get(id);
      if (record != null) {
        record.transits.values().removeIf(end -> end <= now);
        record.waiters.values().removeIf(asked -> asked + rules.graceMillis() <= now);
        settle(record, now);
      }
      if (record == null || !isTimed(record, now)) {
        timed.remove(id);
      }
    }
    settleAll(nagged.keySet(), now);
  }

  private boolean isTimed(ShardRecord record, long now) {
    return !record.transits.isEmpty() || !record.waiters.isEmpty() || awaitsItsMaker(record, now);
  }

  /** Whether {@link #tick} may have something to do by and by. */
  boolean awaitsTime() {
    return !(endedTransits.isEmpty() && timed.isEmpty() && nagged.isEmpty());
  }

  /** What the shard knows of one participant. */
  DigestSum digestOf(Standing standing) {
    var sum = new DigestSum();
    for (var id : standing.ids) {
      var record = records.get(id);
      var entry = record == null ? null : record.entries.get(standing.who);
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
  ShardRecord find(ObjectId id) {
    return records.get(id);
  }

  /** How often lineage found no room. */
  long lineageCuts() {
    return lineageCuts;
  }
}
