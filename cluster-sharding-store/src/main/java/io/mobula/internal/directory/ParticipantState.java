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

/** What a shard knows of one participant as a whole. */
final class ParticipantState {
  final Participant who;

  /** Objects about which it says something that is not nothing. */
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
   * That it says nothing about an object: by its own word, and about its hold by anybody's.
   *
   * @param version of its own word
   * @param holdVersion of the latest word on its hold
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

  /** It is there: its copies can be read, its holds last. */
  void markPresent() {
    member = true;
    expires = Long.MAX_VALUE;
  }

  /** It is not there, or not yet: what it has said ends then. */
  void markAbsent(long end) {
    member = false;
    expires = Math.min(expires, end);
  }

  /** It was there and never comes back. */
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

  /** Whether its snapshot is in; nothing it says is acknowledged before. */
  boolean hasSnapshot() {
    return answered;
  }

  long incarnation() {
    return incarnation;
  }

  /** All its statements up to this version are known. */
  long floor() {
    return floor;
  }

  /** It has said something of this version. */
  void heard(long version) {
    heard = Math.max(heard, version);
  }

  /** The highest version it has said anything of. */
  long heard() {
    return Math.max(heard, floor);
  }

  /** Up to which versions it is remembered to have said nothing about the object. */
  Tombstone tombstone(ObjectId id) {
    return tombstones.getOrDefault(id, Tombstone.NONE);
  }

  /** Whether more is known than the snapshot can say. */
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

  /** Whether it has been asked and may still answer. */
  boolean isAwaitingSnapshot(long now, long patience) {
    return asked != null && askedAt + patience > now;
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

  /** Keeps a part of the answer; gives all of them with the last. */
  @Nullable
  List<Snapshot> addSnapshotPart(Snapshot part) {
    if (!part.request().equals(asked)) {
      return null;
    }
    if (missing < 0 || part.serial() > collecting) { // a repeated request is answered anew
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

  /** Whether it is to be forgotten, or asked again, by and by. */
  boolean needsTick() {
    return asked != null || expires != Long.MAX_VALUE;
  }

  /** Its snapshot is in; a new incarnation starts from nothing. */
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
