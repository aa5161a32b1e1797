package io.mobula.ps.shard;

import io.mobula.MobulaRuntime;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.heap.HeapAdmission;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One shard's parts of all tables, and those that it is about to have in the next layout. Makes
 * {@linkplain Change changes}, which are the same wherever a copy of the shard is. One thread.
 */
final class Tables {
  private final MobulaRuntime runtime;
  private final HeapAdmission heap = HeapAdmission.ofThisJvm();
  private final Map<Integer, HeapException> refused = new HashMap<>(); // not in the present heap
  private final TreeMap<Integer, Held> present = new TreeMap<>();
  private final TreeMap<Integer, Held> prepared = new TreeMap<>();
  private final Map<Integer, Departed> departed = new HashMap<>();

  /** A part of a table, and what that table is. */
  record Held(TableSpec spec, TableShard shard) {}

  Tables(MobulaRuntime runtime) {
    this.runtime = runtime;
  }

  // ---- which there are

  /** A part that is there. */
  TableShard get(int id) {
    var found = present.get(id);
    if (found != null) {
      return found.shard();
    }
    throw absent(id);
  }

  /** A part that should be there had no room when the shard was started. */
  void refuse(int id, HeapException why) {
    close(present.remove(id));
    refused.put(id, why);
  }

  private RuntimeException absent(int id) {
    var why = refused.get(id);
    if (why != null) {
      return new HeapException(
          "This shard was started anew, and its part of the table is not there. "
              + why.getMessage(),
          why);
    }
    var gone = departed.get(id);
    return gone != null
        ? new MovedException(gone.table(), gone.layout(), gone.layout() + 1)
        : new TableException(
            "There is no table " + id + " on this shard: it was dropped, or the shard died and"
                + " there was no copy and no checkpoint to start from."
                + " Use replicas(1), or checkpoints.",
            null);
  }

  /** Whether a push to a part that is not here any more was taken in while it was. */
  boolean tookBefore(int id, Sender sender) {
    var gone = departed.get(id);
    return gone != null && gone.took(sender);
  }

  DenseShard dense(int id) {
    return (DenseShard) get(id);
  }

  SparseShard sparse(int id) {
    return (SparseShard) get(id);
  }

  /** All that are there, then all that are prepared. */
  void forEach(BiConsumer<Held, Boolean> action) {
    present.values().forEach(held -> action.accept(held, false));
    prepared.values().forEach(held -> action.accept(held, true));
  }

  int size() {
    return present.size() + prepared.size();
  }

  /** What people call it. */
  String nameOf(int id) {
    var found = present.getOrDefault(id, prepared.get(id));
    return found == null
        ? (id == 0 ? "all tables" : "table " + id)
        : found.spec().toString();
  }

  // ---- making and ending them

  /** Makes an empty part. */
  TableShard create(TableSpec spec, Part part) {
    return put(present, spec, part);
  }

  /** A part for a layout that is not valid yet; made if it is not there. */
  TableShard prepared(TableSpec spec, Part part) {
    var there = prepared.get(spec.id());
    return there != null && there.shard().part.equals(part)
        ? there.shard()
        : put(prepared, spec, part);
  }

  private TableShard put(Map<Integer, Held> into, TableSpec spec, Part part) {
    var shard = switch (spec) {
      case DenseSpec dense -> new DenseShard(runtime, dense, part, heap);
      case SparseSpec sparse -> new SparseShard(sparse, part, heap);
    };
    close(into.put(spec.id(), new Held(spec, shard)));
    return shard;
  }

  private static void close(@Nullable Held held) {
    if (held != null) {
      held.shard().close();
    }
  }

  void drop(int id) {
    close(present.remove(id));
    close(prepared.remove(id));
    departed.remove(id);
    refused.remove(id);
  }

  /** Answers for gradients that are kept, as others are about to keep them. */
  void fold() {
    forEach((held, later) -> held.shard().fold());
  }

  /** Gives all memory back. */
  void clear() {
    forEach((held, later) -> held.shard().close());
    present.clear();
    prepared.clear();
    departed.clear();
    refused.clear();
  }

  // ---- changes

  /** Makes a change that its shard, or it itself, has allowed. */
  void make(Change change) {
    switch (change) {
      case Change.Create(var spec, var part) -> create(spec, part);
      case Change.Drop(int table) -> drop(table);
      case Change.Join(int table, long worker, int rank, var node) ->
        get(table).join(worker, rank, node);
      case Change.Rejoin(int table, var clock) -> get(table).rejoin(clock);
      case Change.Leave(int table, long worker, int layout, long steps) ->
        leave(table, worker, layout, steps);
      case Change.Clock(int table, long worker, int layout, long steps) ->
        get(table).clock(worker, layout, steps);
      case Change.Evict(int table, var gone) -> get(table).evict(gone);
      case Change.Hold(int table, long step) -> get(table).holdAt(step);
      case Change.Move(int layout, boolean valid) -> move(layout, valid);
    }
  }

  /** That layout is valid: what is prepared for it is there from now on, for others not at all. */
  void settle(int layout) {
    move(layout, prepared.values().stream().anyMatch(held -> held.shard().part.layout() == layout));
  }

  /** From a table that was dropped, everybody has left. */
  private void leave(int table, long worker, int layout, long steps) {
    if (present.containsKey(table) || departed.containsKey(table)) {
      get(table).leave(worker, layout, steps);
    }
  }

  /** The parts that were prepared take the place of those that are there, or are forgotten. */
  private void move(int layout, boolean valid) {
    if (!valid) {
      prepared.values().forEach(Tables::close);
      prepared.clear();
      present.values().forEach(held -> held.shard().thaw());
      return;
    }
    var olds = Map.copyOf(present);
    olds.forEach((id, old) -> {
      if (old.shard().part.layout() < layout) {
        present.remove(id);
        departed.put(id, Departed.of(old));
      }
    });
    prepared.forEach((id, next) -> {
      present.put(id, next);
      departed.remove(id);
      var old = olds.get(id);
      if (old != null) {
        next.shard().remember(old.shard());
      }
    });
    prepared.clear();
    olds.forEach((id, old) -> {
      if (old.shard().part.layout() < layout) {
        old.shard().fold(); // a standby answers for what it keeps
        old.shard().close();
      }
    });
    present.values().forEach(held -> held.shard().settle());
  }
}
