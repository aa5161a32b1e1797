package io.mobula.ps.internal.shard;

import io.mobula.MobulaRuntime;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.heap.HeapAdmission;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Parts of all tables that one shard holds, and those that it prepares for the next layout. It
 * applies {@linkplain ShardChange changes} in the same way on the shard and on its replicas. For
 * one thread.
 */
final class ShardTables {
  private final MobulaRuntime runtime;
  private final HeapAdmission heap = HeapAdmission.ofThisJvm();
  private final Map<Integer, RuntimeException> refused = new HashMap<>(); // not recovered
  private final TreeMap<Integer, TableInstance> present = new TreeMap<>();
  private final TreeMap<Integer, TableInstance> prepared = new TreeMap<>();
  private final Map<Integer, RetiredPart> retired = new HashMap<>();

  /** Part of a table with the table's specification. */
  record TableInstance(TableSpec spec, TableShard shard) {}

  ShardTables(MobulaRuntime runtime) {
    this.runtime = runtime;
  }

  // ---- lookup

  /** Returns the present part of a table. */
  TableShard get(int id) {
    var found = present.get(id);
    if (found != null) {
      return found.shard();
    }
    throw absent(id);
  }

  /** Records why the part of a table was not recovered when the shard was restarted. */
  void refuse(int id, RuntimeException why) {
    close(present.remove(id));
    refused.put(id, why);
  }

  private RuntimeException absent(int id) {
    var why = refused.get(id);
    if (why != null) {
      var text =
          "This shard was restarted, and its part of the table is not there. " + why.getMessage();
      return why instanceof HeapException
          ? new HeapException(text, why)
          : new TableException(text, why);
    }
    var gone = retired.get(id);
    return gone != null
        ? new ParametersMovedException(gone.table(), gone.layout(), gone.layout() + 1)
        : new TableException(
            "There is no table " + id + " on this shard: it was dropped, or the shard died and"
                + " there was no copy and no checkpoint to start from."
                + " Use replicas(1), or checkpoints.",
            null);
  }

  /** Returns whether a push to a retired part was applied before the part moved away. */
  boolean hasTakenBefore(int id, PushOrigin origin) {
    var gone = retired.get(id);
    return gone != null && gone.hasTaken(origin);
  }

  DenseShard dense(int id) {
    return (DenseShard) get(id);
  }

  SparseShard sparse(int id) {
    return (SparseShard) get(id);
  }

  /** Visits all present parts, then all prepared parts. */
  void forEach(BiConsumer<TableInstance, Boolean> action) {
    present.values().forEach(instance -> action.accept(instance, false));
    prepared.values().forEach(held -> action.accept(held, true));
  }

  int size() {
    return present.size() + prepared.size();
  }

  /** Returns the name of a table, for messages. */
  String nameOf(int id) {
    var found = present.getOrDefault(id, prepared.get(id));
    return found == null
        ? (id == 0 ? "all tables" : "table " + id)
        : found.spec().toString();
  }

  // ---- creating and dropping

  /** Creates an empty part of a table. */
  TableShard create(TableSpec spec, TablePart part) {
    return put(present, spec, part);
  }

  /**
   * Returns the part that is prepared for a layout that is not valid yet; creates it if it is
   * missing.
   */
  TableShard prepare(TableSpec spec, TablePart part) {
    var there = prepared.get(spec.id());
    return there != null && there.shard().part.equals(part)
        ? there.shard()
        : put(prepared, spec, part);
  }

  private TableShard put(Map<Integer, TableInstance> into, TableSpec spec, TablePart part) {
    var shard = switch (spec) {
      case DenseSpec dense -> new DenseShard(runtime, dense, part, heap);
      case SparseSpec sparse -> new SparseShard(sparse, part, heap);
    };
    close(into.put(spec.id(), new TableInstance(spec, shard)));
    return shard;
  }

  private static void close(@Nullable TableInstance instance) {
    if (instance != null) {
      instance.shard().close();
    }
  }

  void drop(int id) {
    close(present.remove(id));
    close(prepared.remove(id));
    retired.remove(id);
    refused.remove(id);
  }

  /** Acknowledges the pushes whose gradients are kept, as another copy is about to keep them. */
  void releaseGradients() {
    forEach((instance, later) -> instance.shard().releaseGradients());
  }

  /** Frees the memory of all tables. */
  void clear() {
    forEach((instance, later) -> instance.shard().close());
    present.clear();
    prepared.clear();
    retired.clear();
    refused.clear();
  }

  // ---- changes

  /** Applies a change that the shard has accepted. */
  void apply(ShardChange change) {
    switch (change) {
      case ShardChange.Create(var spec, var part) -> create(spec, part);
      case ShardChange.Drop(int table) -> drop(table);
      case ShardChange.Join(int table, long worker, int rank, var node) ->
        get(table).join(worker, rank, node);
      case ShardChange.Rejoin(int table, var clock) -> get(table).rejoin(clock);
      case ShardChange.Leave(int table, long worker, int layout, long steps) ->
        leave(table, worker, layout, steps);
      case ShardChange.Clock(int table, long worker, int layout, long steps) ->
        get(table).clock(worker, layout, steps);
      case ShardChange.Evict(int table, var gone) -> get(table).evict(gone);
      case ShardChange.Hold(int table, long step) -> get(table).holdAt(step);
      case ShardChange.Move(int layout, boolean valid) -> move(layout, valid);
    }
  }

  /**
   * Activates the parts that are prepared for a layout that is valid, and drops parts for other
   * layouts.
   */
  void activateLayout(int layout) {
    move(
        layout,
        prepared.values().stream().anyMatch(instance -> instance.shard().part.layout() == layout));
  }

  /** Removes a worker, unless its table was dropped. */
  private void leave(int table, long worker, int layout, long steps) {
    if (present.containsKey(table) || retired.containsKey(table)) {
      get(table).leave(worker, layout, steps);
    }
  }

  /** Replaces the present parts by the prepared ones, or drops the prepared ones. */
  private void move(int layout, boolean valid) {
    if (!valid) {
      prepared.values().forEach(ShardTables::close);
      prepared.clear();
      present.values().forEach(instance -> instance.shard().thaw());
      return;
    }
    var olds = Map.copyOf(present);
    olds.forEach((id, old) -> {
      if (old.shard().part.layout() < layout) {
        present.remove(id);
        retired.put(id, RetiredPart.of(old));
      }
    });
    prepared.forEach((id, next) -> {
      present.put(id, next);
      retired.remove(id);
      var old = olds.get(id);
      if (old != null) {
        next.shard().remember(old.shard());
      }
    });
    prepared.clear();
    olds.forEach((id, old) -> {
      if (old.shard().part.layout() < layout) {
        old.shard().releaseGradients(); // completes a replica's replies
        old.shard().close();
      }
    });
    present.values().forEach(held -> held.shard().applyEndedSteps());
  }
}
