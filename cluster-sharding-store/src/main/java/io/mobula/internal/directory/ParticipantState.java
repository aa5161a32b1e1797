package io.mobula.internal.directory;

import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Snapshot;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private List<@Nullable Snapshot> parts = new ArrayList<>();
  private long collecting;
  private int missing;

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
    parts = new ArrayList<>();
    missing = -1;
  }

  /** Stores a part of a snapshot. Returns all parts when the last one arrives, otherwise null. */
  @Nullable
  List<Snapshot> addSnapshotPart(Snapshot part) {
    if (!part.request().equals(asked)) {
      return null;
    }
    if (missing < 0 || part.serial() > collecting) { // a repeated request gets a new snapshot
      missing = part.parts();
      collecting = part.serial();
      parts = new ArrayList<>();
      for (int i = 0; i < part.parts(); i++) {
        parts.add(null);
      }
    }
    if (part.serial() < collecting || parts.get(part.part()) != null) {
      return null;
    }
    parts.set(part.part(), part);
    if (--missing > 0) {
      return null;
    }
    var all = new ArrayList<Snapshot>();
    for (var each : parts) {
      if (each != null) {
        all.add(each);
      }
    }
    parts = new ArrayList<>();
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
