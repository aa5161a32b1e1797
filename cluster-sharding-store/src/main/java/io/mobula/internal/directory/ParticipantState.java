package io.mobula.internal.directory;

import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Snapshot;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** State that a shard keeps of one participant. */
final class ParticipantState {
  final Participant who;

  /** Objects about which the participant has stated something. */
  final Set<ObjectId> ids = new HashSet<>();

  private final Map<ObjectId, Tombstone> tombstones = new HashMap<>();
  private boolean member;
  private boolean left;
  private long expires = Long.MAX_VALUE;
  private long incarnation;
  private boolean answered;
  private long floor;
  private long heard;
  private @Nullable SnapshotRequest asked;
  private long askedAt;
  private final SortedMap<Integer, Snapshot> parts = new TreeMap<>(); // by their index
  private long collecting;

  /**
   * Tombstone: version up to which this participant is known to have nothing of an object.
   *
   * @param version version of the participant's own statement
   * @param holdVersion version of the latest statement about its hold, made by itself or passed on
   *     by others
   */
  record Tombstone(long version, long holdVersion) {
    static final Tombstone NONE = new Tombstone(0, 0);

    long latest() {
      return Math.max(version, holdVersion);
    }
  }

  ParticipantState(Participant who) {
    this.who = who;
  }

  /** Marks the participant as present: its copies can be read and its holds last. */
  void markPresent() {
    member = true;
    expires = Long.MAX_VALUE;
  }

  /** Marks the participant as absent: its statements expire at {@code end} at the latest. */
  void markAbsent(long end) {
    member = false;
    expires = Math.min(expires, end);
  }

  /** Marks the participant as gone for ever: its statements expire at {@code end} at the latest. */
  void markLeft(long end) {
    markAbsent(end);
    left = true;
  }

  boolean isMember() {
    return member;
  }

  boolean hasLeft() {
    return left;
  }

  long expires() {
    return expires;
  }

  /** Returns whether its snapshot has arrived. No statement is acknowledged before. */
  boolean hasSnapshot() {
    return answered;
  }

  long incarnation() {
    return incarnation;
  }

  /** Returns the version up to which all statements of the participant are known. */
  long floor() {
    return floor;
  }

  /** Notes that the participant has made a statement of this version. */
  void noteVersion(long version) {
    heard = Math.max(heard, version);
  }

  /** Returns the highest version that the participant has mentioned. */
  long highestSeenVersion() {
    return Math.max(heard, floor);
  }

  /** Returns the tombstone of an object; {@link Tombstone#NONE} if there is none. */
  Tombstone tombstone(ObjectId id) {
    return tombstones.getOrDefault(id, Tombstone.NONE);
  }

  /** Returns whether newer statements are known than those in the snapshot. */
  boolean isOutdated(Snapshot snapshot) {
    return snapshot.incarnation() == incarnation && snapshot.version() < floor;
  }

  void recordTombstone(ObjectId id, Tombstone since) {
    ids.remove(id);
    if (since.latest() > floor) {
      tombstones.put(id, since);
    }
  }

  void removeTombstone(ObjectId id) {
    ids.add(id);
    tombstones.remove(id);
  }

  void raiseFloor(long to) {
    if (to > floor) {
      floor = to;
      tombstones.values().removeIf(since -> since.latest() <= to);
    }
  }

  /** Returns whether a snapshot was requested that may still arrive. */
  boolean isAwaitingSnapshot(long now, long timeoutMillis) {
    return asked != null && askedAt + timeoutMillis > now;
  }

  @Nullable
  SnapshotRequest pendingRequest() {
    return asked;
  }

  void requestSent(SnapshotRequest request, long now) {
    asked = request;
    askedAt = now;
    parts.clear();
  }

  /** Stores a part of a snapshot. Returns all parts when the last one arrives, otherwise null. */
  @Nullable
  List<Snapshot> addSnapshotPart(Snapshot part) {
    if (!part.request().equals(asked)) {
      return null;
    }
    if (parts.isEmpty() || part.serial() > collecting) { // a repeated request gets a new snapshot
      collecting = part.serial();
      parts.clear();
    }
    if (part.serial() < collecting) {
      return null;
    }
    parts.putIfAbsent(part.part(), part);
    if (parts.size() < part.parts()) {
      return null;
    }
    var all = List.copyOf(parts.values());
    parts.clear();
    asked = null;
    return all;
  }

  /** Returns whether the participant will have to be forgotten or asked again. */
  boolean needsTick() {
    return asked != null || expires != Long.MAX_VALUE;
  }

  /** Notes that its snapshot has arrived. A new incarnation starts from nothing. */
  void adoptSnapshot(long newIncarnation) {
    answered = true;
    if (incarnation != newIncarnation) {
      incarnation = newIncarnation;
      floor = 0;
      heard = 0;
      tombstones.clear();
    }
  }
}
