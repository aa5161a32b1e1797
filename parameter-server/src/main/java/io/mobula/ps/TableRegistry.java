package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.ResultForm;
import io.mobula.error.CodecException;
import io.mobula.ps.error.CheckpointException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.checkpoint.CheckpointReader;
import io.mobula.ps.internal.checkpoint.TableCheckpoints;
import io.mobula.ps.internal.heap.HeapAdmission;
import io.mobula.ps.internal.shard.CatalogActor;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.TableEntry;
import io.mobula.ps.internal.shard.TablePart;
import io.mobula.ps.internal.shard.TableSpec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tables of one server, by name, each with the checkpoint that its shards can restart from. It has
 * the shards create tables, and tells the catalog of each change. Safe for use by many threads,
 * except that {@link #create} must not run while the layout changes.
 */
final class TableRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(TableRegistry.class);

  private final MobulaRuntime runtime;
  private final ActorHandle<CatalogActor> catalog;
  private final ShardClient shardClient;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<String, TableEntry> tables = new HashMap<>();

  TableRegistry(MobulaRuntime runtime, ActorHandle<CatalogActor> catalog, ShardClient shardClient) {
    this.runtime = runtime;
    this.catalog = catalog;
    this.shardClient = shardClient;
  }

  /** Returns a number for another table, from 1. */
  int nextId() {
    return ids.incrementAndGet();
  }

  // ---- checks

  /**
   * Finds the newest checkpoint of a table and checks that it can be read and fits the table.
   *
   * @param size number of parameters; -1 if any number fits
   */
  static Path newestCheckpoint(Path root, TableSpec wanted, long size) {
    var newest = TableCheckpoints.of(root, wanted.name())
        .latest()
        .orElseThrow(() -> new CheckpointException(
            "There is no checkpoint of a table \"" + wanted.name() + "\" in " + root
                + ": leave out restore(...) to start with new parameters.",
            null));
    var reader = CheckpointReader.open(newest).require(wanted.shape());
    if (size >= 0) {
      reader.requireSize(size);
    }
    reader.verify();
    return newest;
  }

  /**
   * Reads the specification once as a shard will, so that a user's class that cannot be written or
   * read fails here, and ends no shard.
   */
  void requireReadable(TableSpec spec) {
    try (var ref = runtime.put(spec)) {
      var _ = ref.get();
    } catch (CodecException e) {
      throw new TableException(
          "The classes that " + spec + " was made with cannot be sent to the shards. "
              + e.getMessage(),
          e);
    } catch (OutOfMemoryError e) {
      throw HeapAdmission.exhausted("reading the classes that " + spec + " was made with", e);
    }
  }

  // ---- creation

  /**
   * Creates a table on all shards.
   *
   * @param restored directory of the checkpoint to start from; null for none
   * @param then completes the table; if that fails, the table is dropped again
   */
  void create(TableSpec spec, @Nullable Path restored, Runnable then) {
    requireFree(spec.name());
    var from = restored == null ? null : restored.toString();
    try {
      put(new TableEntry(spec, from));
      var layout = shardClient.layout();
      var numbers = IntStream.range(0, layout.size()).iterator();
      var _ = ShardCalls.callAllToEnd(layout.shards(), shard -> {
        var part = new TablePart(layout.version(), numbers.next(), layout.size());
        return shard.call(ShardActor::create, spec, part, from).remote(ResultForm.async());
      });
      then.run();
    } catch (RuntimeException e) {
      drop(spec);
      throw e;
    }
  }

  private void requireFree(String name) {
    synchronized (tables) {
      if (tables.containsKey(name)) {
        throw new TableException(
            "There is a table \"" + name + "\" already: use another name.", null);
      }
    }
  }

  /** Adds a table, or the newest checkpoint of one; returns when the catalog knows it. */
  void put(TableEntry table) {
    synchronized (tables) {
      tables.put(table.spec().name(), table);
    }
    ShardCalls.translateFailures(
        () -> ShardCalls.getAndClose(catalog.tell(CatalogActor::putTable, table).remote()));
  }

  private void drop(TableSpec spec) {
    synchronized (tables) {
      tables.remove(spec.name());
    }
    catalog.tell(CatalogActor::removeTable, spec.id()).remote().close();
    try { // parts that some shards have created
      var _ = ShardCalls.callAllToEnd(
          shardClient.layout().shards(),
          shard -> shard.call(ShardActor::drop, spec.id()).remote(ResultForm.async()));
    } catch (RuntimeException e) {
      LOG.warn("What was made of {} could not be dropped everywhere", spec, e);
    }
  }

  // ---- lists

  List<TableEntry> entries() {
    synchronized (tables) {
      return List.copyOf(tables.values());
    }
  }

  List<TableSpec> specs() {
    return entries().stream().map(TableEntry::spec).toList();
  }
}
