package io.mobula.internal.directory;

import io.mobula.ObjectId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one participant has said, and has to say, to one shard. */
final class StatementOutbox {
  private static final int MAX_RESEND_FACTOR = 16; // times what is set
  private static final int REPEATED_PART = 4; // of what is under way at most this part at a time

  private final MessagingSettings messaging;
  private final Map<ObjectId, StatementEntry> entries = new HashMap<>();
  private final LinkedHashMap<ObjectId, Long> unacknowledged = new LinkedHashMap<>();
  private final LinkedHashSet<ObjectId> waiting = new LinkedHashSet<>();

  /** What is sent, with when, in that order. */
  private final LinkedHashMap<ObjectId, Long> inFlight = new LinkedHashMap<>();

  /** Which of these take longer than others to be understood, with when to say them again. */
  private final Map<ObjectId, Long> large = new HashMap<>(2);

  /** Which of what is not acknowledged was said more than once. */
  private final Set<ObjectId> repeated = new HashSet<>();

  private long lastAnsweredSentAt =
      Long.MIN_VALUE; // when the last was sent that was said once and answered
  private long repeatedAt = Long.MIN_VALUE / 2;
  private long shardIncarnation;
  private boolean needsDigest = true;

  StatementOutbox(MessagingSettings messaging) {
    this.messaging = messaging;
  }

  /** The incarnation of the shard that has asked for a snapshot last; zero for none. */
  long shardIncarnation() {
    return shardIncarnation;
  }

  @Nullable
  StatementEntry find(ObjectId id) {
    return entries.get(id);
  }

  /**
   * The entry of an object, made if it is not there.
   *
   * @param version of what the participant has said last
   */
  StatementEntry entry(ObjectId id, long version) {
    return entries.computeIfAbsent(id, key -> new StatementEntry(key, version));
  }

  int size() {
    return entries.size();
  }

  Iterable<StatementEntry> entries() {
    return entries.values();
  }

  boolean isAllAcknowledged() {
    return unacknowledged.isEmpty();
  }

  boolean isAcknowledged(ObjectId id) {
    return !unacknowledged.containsKey(id);
  }

  /** The entry says something new since its {@link StatementEntry#version}. */
  void enqueue(StatementEntry entry) {
    needsDigest = true;
    unacknowledged.putIfAbsent(entry.id, entry.version());
    waiting.add(entry.id);
    removeInFlight(entry.id);
  }

  /** Ends the flight of an entry; returns whether it was said once, and when, or null. */
  private @Nullable Long removeInFlight(ObjectId id) {
    var sent = inFlight.remove(id);
    large.remove(id);
    return repeated.remove(id) ? null : sent;
  }

  /** All statements up to this version are known to the shard; at most {@code latest}. */
  long floor(long latest) {
    var oldest = unacknowledged.firstEntry();
    return oldest == null ? latest : oldest.getValue() - 1;
  }

  void acknowledged(StatementEntry entry, long upTo) {
    if (upTo >= entry.version()) {
      unacknowledged.remove(entry.id);
      waiting.remove(entry.id);
      var sent = removeInFlight(entry.id);
      if (sent != null) { // of what was said twice nobody knows which of the two is answered
        lastAnsweredSentAt = Math.max(lastAnsweredSentAt, sent);
      }
    }
  }

  /** Drops an entry that says nothing and of which everything is known. */
  void removeIfEmpty(StatementEntry entry) {
    if (entry.isEmpty() && !entry.isHeld() && !entry.hasTransits() && isAcknowledged(entry.id)) {
      entries.remove(entry.id);
    }
  }

  void expireTransits(long now) {
    for (var entry : List.copyOf(entries.values())) {
      if (entry.hasTransits()) {
        entry.expireTransits(now);
        removeIfEmpty(entry);
      }
    }
  }

  /** What is to be said now, in batches; call until it is empty. */
  List<ObjectStatement> nextBatch(long now) {
    requeueOverdue(now);
    var statements = new ArrayList<ObjectStatement>();
    long bytes = 0;
    while (!waiting.isEmpty()
        && statements.size() < messaging.statementsPerBatch()
        && bytes < messaging.bytesPerBatch()
        && inFlight.size() < messaging.statementsInFlight()) {
      var id = waiting.removeFirst();
      var statement = entry(id, 0).toStatement(false, now); // what waits to be said is there
      long size = statement.estimateBytes();
      bytes += size;
      statements.add(statement);
      inFlight.putLast(id, now);
      if (size > messaging.bytesPerBatch()) {
        large.put(id, now + resendDelay(size));
      }
    }
    return statements;
  }

  /** Longer for what is larger, or it would be sent again before anybody can have read it. */
  private long resendDelay(long bytes) {
    return messaging.resendMillis()
        * Math.min(MAX_RESEND_FACTOR, 1 + bytes / messaging.bytesPerBatch());
  }

  /**
   * What is to be said again. A shard with much to do answers late and in order, and would have
   * more to do if all were repeated before that: so all that was sent before something that is
   * answered, and of the rest a part at a time, the oldest first.
   */
  private void requeueOverdue(long now) {
    int probes = mayRepeatNow(now)
        ? Math.max(messaging.statementsPerBatch(), inFlight.size() / REPEATED_PART)
        : 0;
    var each = inFlight.entrySet().iterator();
    while (each.hasNext()) {
      var sent = each.next();
      boolean overtaken = sent.getValue() < lastAnsweredSentAt;
      if (sent.getValue() + messaging.resendMillis() > now || (!overtaken && probes == 0)) {
        return;
      }
      if (large.getOrDefault(sent.getKey(), now) <= now) {
        each.remove();
        large.remove(sent.getKey());
        repeated.add(sent.getKey());
        waiting.add(sent.getKey());
        if (!overtaken) {
          probes--;
          repeatedAt = now;
        }
      }
    }
  }

  private boolean mayRepeatNow(long now) {
    return repeatedAt + messaging.resendMillis() <= now;
  }

  /** Another incarnation counts from now on; what was in flight is said again. */
  void setShardIncarnation(long incarnation) {
    if (shardIncarnation != incarnation) {
      needsDigest = true;
      shardIncarnation = incarnation;
      waiting.addAll(inFlight.keySet());
      inFlight.clear();
      large.clear();
      repeated.clear();
    }
  }

  /** Whether the last digest may have become wrong, or said that there is something. */
  boolean needsDigest() {
    return needsDigest;
  }

  /** A digest of so many objects has been sent. */
  void digestSent(int count) {
    needsDigest = count > 0;
  }

  /** Everything, in parts; at least one. */
  List<List<ObjectStatement>> snapshot(long now) {
    var parts = new ArrayList<List<ObjectStatement>>();
    var part = new ArrayList<ObjectStatement>();
    long bytes = 0;
    for (var entry : entries.values()) {
      var statement = entry.toStatement(true, now);
      if (!part.isEmpty()
          && (part.size() >= messaging.statementsPerBatch()
              || bytes + statement.estimateBytes() > messaging.bytesPerBatch())) {
        parts.add(List.copyOf(part));
        part.clear();
        bytes = 0;
      }
      bytes += statement.estimateBytes();
      part.add(statement);
    }
    parts.add(List.copyOf(part));
    return parts;
  }
}
