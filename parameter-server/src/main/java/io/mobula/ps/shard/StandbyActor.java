package io.mobula.ps.shard;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.Tensor;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.error.TableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The actor that has a copy of one shard, on another node where there is one: it makes every change
 * that the shard makes, in the same order, and gives all of it to the shard that is started anew
 * when the old one is dead. Without a copy it says so and is given one.
 */
public final class StandbyActor {
  private final MobulaRuntime runtime = Mobula.context().runtime();
  private final Tables tables = new Tables(runtime);
  private int epoch; // of the shard that it follows
  private boolean complete;
  private @Nullable Lent lent;

  /** A block that was given to a shard, until the next. */
  private record Lent(ObjectRef<Tensor> ref, Arena arena) {
    void end() {
      arena.close();
      ref.close();
    }
  }

  // ---- memory

  private <T> T guarded(String request, Supplier<T> work) {
    try {
      return work.get();
    } catch (Error e) {
      throw RequestError.of(request + " on a standby", e);
    }
  }

  /**
   * Makes a change; where there is no memory for it, or it fails with an error, there is no copy
   * any more, and its memory is free.
   */
  private <T> T following(Supplier<T> change) {
    try {
      return guarded("a change", change);
    } catch (HeapException | TableException e) {
      complete = false;
      tables.fold();
      tables.clear();
      throw e;
    }
  }

  // ---- following

  private Standbys.@Nullable Outcome refusal(int from) {
    if (from < epoch) {
      return Standbys.Outcome.DEPOSED;
    }
    return complete && from == epoch ? null : Standbys.Outcome.NO_COPY;
  }

  /** The shard has changed. */
  public Standbys.Outcome follow(int from, Change change) {
    var refusal = refusal(from);
    if (refusal != null) {
      return refusal;
    }
    if (change instanceof Change.Create) { // refused, it leaves the copy as it is
      guarded("create", () -> {
        tables.make(change);
        return true;
      });
    } else {
      following(() -> {
        tables.make(change);
        return true;
      });
    }
    return Standbys.Outcome.MADE;
  }

  /** The shard has taken in a frame. */
  public CompletionStage<Standbys.Outcome> followFrame(
      int from, int table, Cargo cargo, byte[] frame) {
    return follow(from, table, cargo, MemorySegment.ofArray(frame));
  }

  /** As {@link #followFrame}, in store memory. */
  public CompletionStage<Standbys.Outcome> followLarge(
      int from, int table, Cargo cargo, Tensor frame) {
    return follow(from, table, cargo, frame.segment());
  }

  private CompletionStage<Standbys.Outcome> follow(
      int from, int table, Cargo cargo, MemorySegment frame) {
    var refusal = refusal(from);
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    return following(() -> followed(table, cargo, frame));
  }

  private CompletionStage<Standbys.Outcome> followed(int table, Cargo cargo, MemorySegment frame) {
    return switch (cargo) {
      case START -> {
        tables.dense(table).start(Frame.read(frame));
        yield CompletableFuture.completedFuture(Standbys.Outcome.MADE);
      }
      case PUSH ->
        tables
            .dense(table)
            .push(Frame.read(frame))
            .handle((done, stepFailed) -> Standbys.Outcome.MADE); // it is kept in any case
      case ROWS ->
        tables
            .sparse(table)
            .push(Rows.read(frame))
            .thenApply(known -> known ? Standbys.Outcome.MADE : Standbys.Outcome.NO_COPY);
    };
  }

  // ---- getting a copy

  /** A copy is about to come, in place of what there is. */
  public void beginCopy(int from) {
    requireNotOlder(from);
    tables.fold();
    tables.clear();
    complete = false;
    epoch = from;
  }

  private void requireNotOlder(int from) {
    if (from < epoch) {
      throw new IllegalStateException(
          "The shard was started for the " + epoch + "th time: start " + from + " is over.");
    }
  }

  /** One part of it. */
  public void copy(Copy copy, Tensor block) {
    following(() -> {
      var shard = copy.later()
          ? tables.prepared(copy.table(), copy.part())
          : tables.create(copy.table(), copy.part());
      shard.adopt(Block.read(block.segment()), TableShard.Entry.TAKEN_OVER);
      return true;
    });
  }

  /** It was the last of so many; says whether there is a copy now, as none was lost between. */
  public boolean endCopy(int from, int parts) {
    requireNotOlder(from);
    complete = epoch == from && tables.size() == parts;
    return complete;
  }

  // ---- giving it back

  /**
   * A shard is started anew that has nothing: says what there is for it, nothing if there is no
   * copy; from then on only that shard is followed.
   *
   * @param layout the valid one
   */
  public List<Copy> takeOver(int by, int layout) {
    requireNotOlder(by);
    epoch = by;
    var copies = new ArrayList<Copy>();
    if (complete) {
      tables.settle(layout);
      tables.forEach((held, later) -> copies.add(new Copy(held.spec(), held.shard().part, later)));
    }
    return copies;
  }

  /** All of one part; valid until the next call. */
  @SuppressWarnings("MustBeClosed") // by the next call
  public Tensor block(int table) {
    var before = lent;
    if (before != null) {
      before.end();
    }
    var ref = Packing.store(runtime, tables.get(table), new Cut.All());
    var arena = Arena.ofConfined();
    lent = new Lent(ref, arena);
    return ref.get(arena);
  }

  /** The node it lives on. */
  public NodeId node() {
    return Mobula.context().node();
  }

  /** Its process. */
  public long pid() {
    return ProcessHandle.current().pid();
  }
}
