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

/** Outbox of one participant for one shard: its entries, what is unsent, and what is in flight. */
final class StatementOutbox {
  private static final int MAX_RESEND_FACTOR = 16; // times the configured interval
  // at most this fraction of what is in flight is repeated at a time
  private static final int REPEATED_PART = 4;

  private final MessagingSettings messaging;
  private final Map<ObjectId, StatementEntry> entries = new HashMap<>();
  private final LinkedHashMap<ObjectId, Long> unacknowledged = new LinkedHashMap<>();
  private final LinkedHashSet<ObjectId> waiting = new LinkedHashSet<>();

  /** Entries in flight in the order of sending, with the times of sending. */
  private final LinkedHashMap<ObjectId, Long> inFlight = new LinkedHashMap<>();

  /**
   * Large entries in flight, which take longer to arrive, with the times at which to resend them.
   */
  private final Map<ObjectId, Long> large = new HashMap<>(2);

  /** Unacknowledged entries that were sent more than once. */
  private final Set<ObjectId> repeated = new HashSet<>();

  // sending time of the latest entry that was sent once and is acknowledged
  private long lastAnsweredSentAt = Long.MIN_VALUE;
  private long repeatedAt = Long.MIN_VALUE / 2;
  private long shardIncarnation;
  private boolean needsDigest = true;

  StatementOutbox(MessagingSettings messaging) {
    this.messaging = messaging;
  }

  /** Returns the incarnation of the shard that requested a snapshot last; zero for none. */
  long shardIncarnation() {
    return shardIncarnation;
  }

  @Nullable
  StatementEntry find(ObjectId id) {
    return entries.get(id);
  }

  /**
   * Returns the entry of an object, and creates it if it is missing.
   *
   * @param version version of the participant's latest statement
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

  /** Queues an entry that has something new since its {@link StatementEntry#version}. */
  void enqueue(StatementEntry entry) {
    needsDigest = true;
    unacknowledged.putIfAbsent(entry.id, entry.version());
    waiting.add(entry.id);
    removeInFlight(entry.id);
  }

  /**
   * Removes an entry from those in flight. Returns the time of sending if it was sent once,
   * otherwise null.
   */
  private @Nullable Long removeInFlight(ObjectId id) {
    var sent = inFlight.remove(id);
    large.remove(id);
    return repeated.remove(id) ? null : sent;
  }

  /** Returns the version up to which the shard knows all statements; at most {@code latest}. */
  long floor(long latest) {
    var oldest = unacknowledged.firstEntry();
    return oldest == null ? latest : oldest.getValue() - 1;
  }

  void acknowledged(StatementEntry entry, long upTo) {
    if (upTo >= entry.version()) {
      unacknowledged.remove(entry.id);
      waiting.remove(entry.id);
      var sent = removeInFlight(entry.id);
      if (sent != null) { // after a repetition it is unknown which of the two was acknowledged
        lastAnsweredSentAt = Math.max(lastAnsweredSentAt, sent);
      }
    }
  }

  /** Removes an entry that is empty and acknowledged. */
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

  /** Returns the next batch of statements that are due. Call it until the batch is empty. */
  List<ObjectStatement> nextBatch(long now) {
    requeueOverdue(now);
    var statements = new ArrayList<ObjectStatement>();
    long bytes = 0;
    while (!waiting.isEmpty()
        && statements.size() < messaging.statementsPerBatch()
        && bytes < messaging.bytesPerBatch()
        && inFlight.size() < messaging.statementsInFlight()) {
      var id = waiting.removeFirst();
      var statement = entry(id, 0).toStatement(false, now); // an entry that waits to be sent exists
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

  /** Returns a delay that grows with the size, because a large entry takes longer to be read. */
  private long resendDelay(long bytes) {
    return messaging.resendMillis()
        * Math.min(MAX_RESEND_FACTOR, 1 + bytes / messaging.bytesPerBatch());
  }

  /**
   * Queues entries again that are overdue. A busy shard answers late and in order, and repeating
   * everything would give it still more work. So all entries are repeated that were sent before an
   * acknowledged one, and of the others a part at a time, the oldest first.
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

  /** Switches to another incarnation of the shard; everything in flight is sent again. */
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

  /** Returns whether the last digest may be outdated, or was not empty. */
  boolean needsDigest() {
    return needsDigest;
  }

  /** Notes that a digest of {@code count} objects has been sent. */
  void digestSent(int count) {
    needsDigest = count > 0;
  }

  /** Returns all statements, in one part at least. */
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
