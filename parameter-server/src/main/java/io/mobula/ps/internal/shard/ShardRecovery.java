package io.mobula.ps.internal.shard;

import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.error.TableException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recovery of a restarted shard: from a replica that has a copy, else from the last checkpoint of
 * each table. For the shard's thread.
 */
final class ShardRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(ShardRecovery.class);

  private final ShardTables tables;
  private final int shard;

  /** Creates the recovery of a shard into its empty tables. */
  ShardRecovery(ShardTables tables, int shard) {
    this.tables = tables;
    this.shard = shard;
  }

  /** Recovers all tables of the assignment; returns when that is complete. */
  void run(ShardAssignment assignment) {
    if (assignment.isFirst()) {
      return;
    }
    for (var replica : assignment.replicas()) {
      var replicaParts = getAndClose(replica
          .call(ReplicaActor::takeOver, assignment.epoch(), assignment.part().layout())
          .remote());
      if (!replicaParts.isEmpty()) {
        replicaParts.forEach(
            replicaPart -> recoverTable(replicaPart.table(), () -> takeOver(replica, replicaPart)));
        LOG.info("Shard {} continues with {} tables from its replica", shard, replicaParts.size());
        return;
      }
    }
    assignment
        .tables()
        .forEach(entry -> recoverTable(entry.spec(), () -> load(entry, assignment.part())));
  }

  /**
   * Recovers one table; a table that has no room on the heap, or whose optimizer or partitioner
   * fails, is recorded as refused, and the others are recovered.
   */
  private void recoverTable(TableSpec table, Runnable recovery) {
    try {
      recovery.run();
    } catch (HeapException | TableException e) {
      refused(table, e);
    } catch (Error e) {
      refused(table, RequestFailures.of("the recovery of " + table + " on shard " + shard, e));
    }
  }

  private void refused(TableSpec table, RuntimeException why) {
    tables.refuse(table.id(), why);
    LOG.error("Shard {} was restarted without its part of {}", shard, table, why);
  }

  /** Gets the value of a ref and closes the ref. */
  static <T extends @Nullable Object> T getAndClose(ObjectRef<T> ref) {
    try (ref) {
      return ref.get();
    }
  }

  private void takeOver(ActorHandle<ReplicaActor> replica, ReplicaPart replicaPart) {
    int id = replicaPart.table().id();
    try (var ref = replica.call(ReplicaActor::lendSnapshot, id).remote();
        var arena = Arena.ofConfined()) {
      var snapshot = ShardSnapshot.read(ref.get(arena).segment());
      tables
          .create(replicaPart.table(), replicaPart.part())
          .adopt(snapshot, TableShard.SnapshotOrigin.TAKEN_OVER);
    }
  }

  private void load(TableEntry entry, TablePart part) {
    var checkpoint = entry.checkpoint();
    if (checkpoint == null) {
      LOG.error(
          "Shard {} has lost its part of {}: it was restarted, and there was neither a"
              + " replica nor a checkpoint.",
          shard,
          entry.spec());
      return;
    }
    var anew = tables.create(entry.spec(), part);
    SnapshotIo.load(anew, entry.spec(), Path.of(checkpoint), TableShard.SnapshotOrigin.RECOVERED);
    LOG.warn(
        "Shard {} continues with {} from {}: pushes after that are lost.",
        shard,
        entry.spec(),
        checkpoint);
  }
}
