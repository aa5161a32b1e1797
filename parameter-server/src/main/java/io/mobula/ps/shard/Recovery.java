package io.mobula.ps.shard;

import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.heap.HeapAdmission;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a shard that is started anew has to have: from a standby that has a copy, else from the last
 * checkpoint of each table. For the thread of the shard.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Tables tables;
  private final int shard;

  /** Of a shard, into its tables, of which there are none yet. */
  Recovery(Tables tables, int shard) {
    this.tables = tables;
    this.shard = shard;
  }

  /** Has all there is when it returns. */
  void run(Orders orders) {
    if (orders.isFirst()) {
      return;
    }
    for (var standby : orders.standbys()) {
      var copies = got(standby
          .call(StandbyActor::takeOver, orders.epoch(), orders.part().layout())
          .remote());
      if (!copies.isEmpty()) {
        copies.forEach(copy -> admitted(copy.table(), () -> takeOver(standby, copy)));
        LOG.info("Shard {} goes on with {} tables from its standby", shard, copies.size());
        return;
      }
    }
    orders.tables().forEach(entry -> admitted(entry.spec(), () -> load(entry, orders.part())));
  }

  /** A table that has no room here is not there; the others are. */
  private void admitted(TableSpec table, Runnable recovery) {
    try {
      recovery.run();
    } catch (HeapException e) {
      refused(table, e);
    } catch (OutOfMemoryError e) {
      refused(table, HeapAdmission.exhausted(table + " on shard " + shard, e));
    }
  }

  private void refused(TableSpec table, HeapException why) {
    tables.refuse(table.id(), why);
    LOG.error("Shard {} was started anew without its part of {}", shard, table, why);
  }

  /** The value of a ref that is closed then. */
  static <T extends @Nullable Object> T got(ObjectRef<T> ref) {
    try (ref) {
      return ref.get();
    }
  }

  private void takeOver(ActorHandle<StandbyActor> standby, Copy copy) {
    int id = copy.table().id();
    try (var ref = standby.call(StandbyActor::block, id).remote();
        var arena = Arena.ofConfined()) {
      var block = Block.read(ref.get(arena).segment());
      tables.create(copy.table(), copy.part()).adopt(block, TableShard.Entry.TAKEN_OVER);
    }
  }

  private void load(TableEntry entry, Part part) {
    var checkpoint = entry.checkpoint();
    if (checkpoint == null) {
      LOG.error(
          "Shard {} has lost its part of {}: it was started anew, and there was neither a"
              + " standby nor a checkpoint.",
          shard,
          entry.spec());
      return;
    }
    var anew = tables.create(entry.spec(), part);
    Packing.load(anew, entry.spec(), Path.of(checkpoint), TableShard.Entry.RECOVERED);
    LOG.warn(
        "Shard {} goes on with {} from {}: pushes after that are lost.",
        shard,
        entry.spec(),
        checkpoint);
  }
}
