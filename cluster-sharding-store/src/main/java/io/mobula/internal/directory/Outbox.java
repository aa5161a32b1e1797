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
final class Outbox {
  private static final int MOST_PATIENCE = 16; // times what is set
  private static final int REPEATED_PART = 4; // of what is under way at most this part at a time

  private final Pace pace;
  private final Map<ObjectId, HeldEntry> entries = new HashMap<>();
  private final LinkedHashMap<ObjectId, Long> unacknowledged = new LinkedHashMap<>();
  private final LinkedHashSet<ObjectId> waiting = new LinkedHashSet<>();

  /** What is sent, with when, in that order. */
  private final LinkedHashMap<ObjectId, Long> inFlight = new LinkedHashMap<>();

  /** Which of these take longer than others to be understood, with when to say them again. */
  private final Map<ObjectId, Long> large = new HashMap<>(2);

  /** Which of what is not acknowledged was said more than once. */
  private final Set<ObjectId> repeated = new HashSet<>();

  private long answered = Long.MIN_VALUE; // when the last was sent that was said once and answered
  private long repeatedAt = Long.MIN_VALUE / 2;
  private long believed;
  private boolean owesDigest = true;

  Outbox(Pace pace) {
    this.pace = pace;
  }

  /** The incarnation of the shard that has asked for a snapshot last; zero for none. */
  long believed() {
    return believed;
  }

  @Nullable
  HeldEntry find(ObjectId id) {
    return entries.get(id);
  }

  /**
   * The entry of an object, made if it is not there.
   *
   * @param version of what the participant has said last
   */
  HeldEntry entry(ObjectId id, long version) {
    return entries.computeIfAbsent(id, key -> new HeldEntry(key, version));
  }

  int size() {
    return entries.size();
  }

  Iterable<HeldEntry> entries() {
    return entries.values();
  }

  boolean isQuiet() {
    return unacknowledged.isEmpty();
  }

  boolean knows(ObjectId id) {
    return !unacknowledged.containsKey(id);
  }

  /** The entry says something new since its {@link HeldEntry#version}. */
  void restated(HeldEntry entry) {
    owesDigest = true;
    unacknowledged.putIfAbsent(entry.id, entry.version());
    waiting.add(entry.id);
    forget(entry.id);
  }

  /** Ends the flight of an entry; returns whether it was said once, and when, or null. */
  private @Nullable Long forget(ObjectId id) {
    var sent = inFlight.remove(id);
    large.remove(id);
    return repeated.remove(id) ? null : sent;
  }

  /** All statements up to this version are known to the shard; at most {@code latest}. */
  long floor(long latest) {
    var oldest = unacknowledged.firstEntry();
    return oldest == null ? latest : oldest.getValue() - 1;
  }

  void acknowledged(HeldEntry entry, long upTo) {
    if (upTo >= entry.version()) {
      unacknowledged.remove(entry.id);
      waiting.remove(entry.id);
      var sent = forget(entry.id);
      if (sent != null) { // of what was said twice nobody knows which of the two is answered
        answered = Math.max(answered, sent);
      }
    }
  }

  /** Drops an entry that says nothing and of which everything is known. */
  void tidy(HeldEntry entry) {
    if (entry.isNothing() && !entry.isHeld() && !entry.hasTransits() && knows(entry.id)) {
      entries.remove(entry.id);
    }
  }

  void expireTransits(long now) {
    for (var entry : List.copyOf(entries.values())) {
      if (entry.hasTransits()) {
        entry.expireTransits(now);
        tidy(entry);
      }
    }
  }

  /** What is to be said now, in batches; call until it is empty. */
  List<Unit> nextBatch(long now) {
    returnLate(now);
    var units = new ArrayList<Unit>();
    long bytes = 0;
    while (!waiting.isEmpty()
        && units.size() < pace.unitsPerBatch()
        && bytes < pace.bytesPerBatch()
        && inFlight.size() < pace.unitsInFlight()) {
      var id = waiting.removeFirst();
      var unit = entry(id, 0).unit(false, now); // what waits to be said is there
      long size = unit.roughBytes();
      bytes += size;
      units.add(unit);
      inFlight.putLast(id, now);
      if (size > pace.bytesPerBatch()) {
        large.put(id, now + patience(size));
      }
    }
    return units;
  }

  /** Longer for what is larger, or it would be sent again before anybody can have read it. */
  private long patience(long bytes) {
    return pace.resendMillis() * Math.min(MOST_PATIENCE, 1 + bytes / pace.bytesPerBatch());
  }

  /**
   * What is to be said again. A shard with much to do answers late and in order, and would have
   * more to do if all were repeated before that: so all that was sent before something that is
   * answered, and of the rest a part at a time, the oldest first.
   */
  private void returnLate(long now) {
    int probes =
        mayProbe(now) ? Math.max(pace.unitsPerBatch(), inFlight.size() / REPEATED_PART) : 0;
    var each = inFlight.entrySet().iterator();
    while (each.hasNext()) {
      var sent = each.next();
      boolean overtaken = sent.getValue() < answered;
      if (sent.getValue() + pace.resendMillis() > now || (!overtaken && probes == 0)) {
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

  private boolean mayProbe(long now) {
    return repeatedAt + pace.resendMillis() <= now;
  }

  /** Another incarnation counts from now on; what was in flight is said again. */
  void believe(long incarnation) {
    if (believed != incarnation) {
      owesDigest = true;
      believed = incarnation;
      waiting.addAll(inFlight.keySet());
      inFlight.clear();
      large.clear();
      repeated.clear();
    }
  }

  /** Whether the last digest may have become wrong, or said that there is something. */
  boolean owesDigest() {
    return owesDigest;
  }

  /** A digest of so many objects has been sent. */
  void digested(int count) {
    owesDigest = count > 0;
  }

  /** Everything, in parts; at least one. */
  List<List<Unit>> snapshot(long now) {
    var parts = new ArrayList<List<Unit>>();
    var part = new ArrayList<Unit>();
    long bytes = 0;
    for (var entry : entries.values()) {
      var unit = entry.unit(true, now);
      if (!part.isEmpty()
          && (part.size() >= pace.unitsPerBatch()
              || bytes + unit.roughBytes() > pace.bytesPerBatch())) {
        parts.add(List.copyOf(part));
        part.clear();
        bytes = 0;
      }
      bytes += unit.roughBytes();
      part.add(unit);
    }
    parts.add(List.copyOf(part));
    return parts;
  }
}
