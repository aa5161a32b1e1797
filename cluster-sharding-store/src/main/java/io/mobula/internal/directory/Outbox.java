package io.mobula.internal.directory;

import io.mobula.ObjectId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one participant has said, and has to say, to one shard. */
final class Outbox {
  private final Pace pace;
  private final Map<ObjectId, HeldEntry> entries = new HashMap<>();
  private final LinkedHashMap<ObjectId, Long> unacknowledged = new LinkedHashMap<>();
  private final LinkedHashSet<ObjectId> waiting = new LinkedHashSet<>();
  private final LinkedHashMap<ObjectId, Long> inFlight = new LinkedHashMap<>();
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

  HeldEntry entry(ObjectId id) {
    return entries.computeIfAbsent(id, HeldEntry::new);
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
    inFlight.remove(entry.id);
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
      inFlight.remove(entry.id);
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
    int bytes = 0;
    while (!waiting.isEmpty()
        && units.size() < pace.unitsPerBatch()
        && bytes < pace.bytesPerBatch()
        && inFlight.size() < pace.unitsInFlight()) {
      var id = waiting.removeFirst();
      var unit = entry(id).unit(false, now);
      bytes += unit.roughBytes();
      units.add(unit);
      inFlight.putLast(id, now);
    }
    return units;
  }

  private void returnLate(long now) {
    var each = inFlight.entrySet().iterator();
    while (each.hasNext()) {
      var sent = each.next();
      if (sent.getValue() + pace.resendMillis() > now) {
        return;
      }
      each.remove();
      waiting.add(sent.getKey());
    }
  }

  /** Another incarnation counts from now on; what was in flight is said again. */
  void believe(long incarnation) {
    if (believed != incarnation) {
      owesDigest = true;
      believed = incarnation;
      waiting.addAll(inFlight.keySet());
      inFlight.clear();
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
    int bytes = 0;
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
