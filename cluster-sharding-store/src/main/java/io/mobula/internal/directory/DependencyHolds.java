package io.mobula.internal.directory;

import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Ack;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Holds of one shard on the objects that its records depend on. They are stated to the shards of
 * those objects in the same way as any participant states its holds: one hold for each object,
 * however many records need it.
 */
final class DependencyHolds {
  private final StatementTable table;
  private final Map<ObjectId, Set<ObjectId>> awaiting = new HashMap<>();

  DependencyHolds(int number, long incarnation, ShardSettings shardSettings) {
    this.table = new StatementTable(
        Participant.shard(number), incarnation, shardSettings.map(), shardSettings.messaging());
  }

  /** Replaces the dependencies of a record. */
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
   * Returns whether the shards of all dependencies have acknowledged the holds. If not, the record
   * is registered with the first dependency that is not acknowledged, and {@link #onAck} returns
   * the record when that dependency is. Only one is registered because a record may have very many
   * dependencies.
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

  /** Applies an acknowledgement and returns the records whose dependencies may all be held now. */
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

  /** Returns whether a statement is unacknowledged and may have to be sent again. */
  boolean needsTick() {
    return !table.isAllAcknowledged();
  }

  boolean isEmpty() {
    return table.size() == 0;
  }
}
