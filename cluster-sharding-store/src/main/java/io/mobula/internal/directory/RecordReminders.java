package io.mobula.internal.directory;

import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Free;
import io.mobula.internal.directory.DirectoryMessage.Keep;
import io.mobula.internal.directory.DirectoryMessage.Refused;
import io.mobula.internal.directory.ObjectRecord.ParticipantEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reminders of one shard, which are repeated until they are obeyed: that no participant holds an
 * object, that a copy was refused, that a node should keep facts.
 */
final class RecordReminders {
  private final int number;
  private final long incarnation;
  private final Participant host;
  private final long resendMillis;
  private final AttemptResolver resolver;
  private final MessageSink sink;

  /** Objects with outstanding reminders, and when they were sent last. */
  private final Map<ObjectId, Long> lastSent = new HashMap<>();

  RecordReminders(
      int number,
      long incarnation,
      Participant host,
      long resendMillis,
      AttemptResolver resolver,
      MessageSink sink) {
    this.number = number;
    this.incarnation = incarnation;
    this.host = host;
    this.resendMillis = resendMillis;
    this.resolver = resolver;
    this.sink = sink;
  }

  /** Returns the objects that have outstanding reminders. */
  Set<ObjectId> outstanding() {
    return lastSent.keySet();
  }

  /** Drops the reminders of an object. */
  void forget(ObjectId id) {
    lastSent.remove(id);
  }

  /** Sends what is outstanding for a record, unless it was sent a short time ago. */
  void send(ObjectRecord record, long now) {
    boolean due = lastSent.getOrDefault(record.id, Long.MIN_VALUE / 2) + resendMillis <= now;
    boolean outstanding = false;
    var keeper = chooseKeeper(record);
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
      lastSent.remove(record.id);
    } else if (due) {
      lastSent.put(record.id, now);
    }
  }

  /**
   * Chooses a node to keep facts that only this shard, or only the process that hosts it, knows:
   * preferably a holder of the object. Returns null if no keeper is needed.
   */
  private @Nullable Participant chooseKeeper(ObjectRecord record) {
    if (record.freeing || !record.isHeld() || !record.hasFacts()) {
      return null;
    }
    Participant holder = null;
    for (var each : record.entries.entrySet()) {
      var who = each.getKey();
      if (resolver.isReadableAt(who) && !who.equals(host)) {
        if (each.getValue().localState.keepsFacts()) {
          return null;
        }
        holder = each.getValue().hold.held() ? who : holder;
      }
    }
    return holder != null ? holder : resolver.anyNodeBut(host);
  }

  private Keep keep(ObjectRecord record) {
    var outcome = record.isInline() ? record.acceptedOutcome() : null;
    return new Keep(
        number, incarnation, record.id, outcome, record.lineage, record.notReconstructibleReason);
  }

  private DirectoryMessage.@Nullable ToParticipant due(
      ObjectRecord record, Participant who, ParticipantEntry entry) {
    if (!resolver.isReadableAt(who)) {
      return null;
    }
    if (record.freeing) {
      return new Free(number, incarnation, record.id, entry.version);
    }
    var copy = entry.localState.copy();
    return copy != null && record.acceptedAttempt != 0 && copy.attempt() != record.acceptedAttempt
        ? new Refused(number, incarnation, record.id, copy.attempt(), record.acceptedAttempt)
        : null;
  }
}
