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
final class DependencyHolds {
  private final StatementTable table;
  private final Map<ObjectId, Set<ObjectId>> awaiting = new HashMap<>();

  DependencyHolds(int number, long incarnation, ShardSettings shardSettings) {
    this.table = new StatementTable(
        Participant.shard(number), incarnation, shardSettings.map(), shardSettings.messaging());
  }

  /** Makes it so that the record keeps exactly these alive. */
  void setDependencies(ObjectRecord record, Set<ObjectId> keeps) {
    if (keeps.equals(record.dependencies)) {
      return;
    }
    for (var id : keeps) {
      if (!record.dependencies.contains(id)) {
        table.pin(id);
      }
    }
    for (var id : record.dependencies) {
      if (!keeps.contains(id)) {
        table.unpin(id);
      }
    }
    record.dependencies = Set.copyOf(keeps);
  }

  /**
   * Whether the shards of all that it keeps know that; if not, {@link #onAck} tells when to look
   * again: when the first is known that is not yet, since a record may keep very many.
   */
  boolean areHeld(ObjectRecord record) {
    for (var id : record.dependencies) {
      if (!table.isAcknowledged(id)) {
        awaiting.computeIfAbsent(id, key -> new HashSet<>()).add(record.id);
        return false;
      }
    }
    return true;
  }

  /** The records that may have become settled. */
  Set<ObjectId> onAck(Ack ack) {
    var result = new HashSet<ObjectId>();
    for (var id : table.onAck(ack)) {
      var records = awaiting.remove(id);
      if (records != null) {
        result.addAll(records);
      }
    }
    return result;
  }

  void sendSnapshot(SnapshotRequest request, long now, MessageSink sink) {
    table.sendSnapshot(request, now, sink);
  }

  void flush(long now, MessageSink sink) {
    table.flush(now, sink);
  }

  void sendDigests(MessageSink sink) {
    table.sendDigests(sink);
  }

  /** Whether something said is to be said again by and by. */
  boolean needsTick() {
    return !table.isAllAcknowledged();
  }

  boolean isEmpty() {
    return table.size() == 0;
  }
}
