package io.mobula.internal.directory;

import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Ack;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the records of one shard keep alive, said to the shards of those objects as any participant
 * says what it holds: one hold for each object, however many records keep it.
 */
final class KeptAlive {
  private final HolderTable table;
  private final Map<ObjectId, Set<ObjectId>> awaiting = new HashMap<>();

  KeptAlive(int number, long incarnation, Rules rules) {
    this.table = new HolderTable(Participant.shard(number), incarnation, rules.map(), rules.pace());
  }

  /** Makes it so that the record keeps exactly these alive. */
  void set(ShardRecord record, Set<ObjectId> keeps) {
    if (keeps.equals(record.keeps)) {
      return;
    }
    for (var id : keeps) {
      if (!record.keeps.contains(id)) {
        table.pin(id);
      }
    }
    for (var id : record.keeps) {
      if (!keeps.contains(id)) {
        table.unpin(id);
      }
    }
    record.keeps = Set.copyOf(keeps);
  }

  /**
   * Whether the shards of all that it keeps know that; if not, {@link #acknowledged} tells when to
   * look again: when the first is known that is not yet, since a record may keep very many.
   */
  boolean isSettled(ShardRecord record) {
    for (var id : record.keeps) {
      if (!table.isKnown(id)) {
        awaiting.computeIfAbsent(id, key -> new HashSet<>()).add(record.id);
        return false;
      }
    }
    return true;
  }

  /** The records that may have become settled. */
  Set<ObjectId> acknowledged(Ack ack) {
    var result = new HashSet<ObjectId>();
    for (var id : table.acknowledged(ack)) {
      var records = awaiting.remove(id);
      if (records != null) {
        result.addAll(records);
      }
    }
    return result;
  }

  void snapshot(SnapshotRequest request, long now, Sink sink) {
    table.snapshot(request, now, sink);
  }

  void flush(long now, Sink sink) {
    table.flush(now, sink);
  }

  void digests(Sink sink) {
    table.digests(sink);
  }

  /** Whether something said is to be said again by and by. */
  boolean awaitsTime() {
    return !table.isQuiet();
  }

  boolean isEmpty() {
    return table.size() == 0;
  }
}
