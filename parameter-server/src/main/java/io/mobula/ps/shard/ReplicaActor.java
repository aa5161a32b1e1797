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
public final class ReplicaActor {
  private final MobulaRuntime runtime = Mobula.context().runtime();
  private final ShardTables tables = new ShardTables(runtime);
  private int epoch; // of the shard that it follows
  private boolean complete;
  private @Nullable LentSnapshot lent;

  /** A block that was given to a shard, until the next. */
  private record LentSnapshot(ObjectRef<Tensor> ref, Arena arena) {
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
      throw RequestFailures.of(request + " on a standby", e);
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
      tables.releaseGradients();
      tables.clear();
      throw e;
    }
  }

  // ---- following

  private ShardReplicas.@Nullable Outcome refusal(int from) {
    if (from < epoch) {
      return ShardReplicas.Outcome.STALE_EPOCH;
    }
    return complete && from == epoch ? null : ShardReplicas.Outcome.NO_COPY;
  }

  /** The shard has changed. */
  public ShardReplicas.Outcome follow(int from, ShardChange change) {
    var refusal = refusal(from);
    if (refusal != null) {
      return refusal;
    }
    if (change instanceof ShardChange.Create) { // refused, it leaves the copy as it is
      guarded("create", () -> {
        tables.apply(change);
        return true;
      });
    } else {
      following(() -> {
        tables.apply(change);
        return true;
      });
    }
    return ShardReplicas.Outcome.APPLIED;
  }

  /** The shard has taken in a frame. */
  public CompletionStage<ShardReplicas.Outcome> followFrame(
      int from, int table, ShardFrameKind frameKind, byte[] frame) {
    return follow(from, table, frameKind, MemorySegment.ofArray(frame));
  }

  /** As {@link #followFrame}, in store memory. */
  public CompletionStage<ShardReplicas.Outcome> followLarge(
      int from, int table, ShardFrameKind frameKind, Tensor frame) {
    return follow(from, table, frameKind, frame.segment());
  }

  private CompletionStage<ShardReplicas.Outcome> follow(
      int from, int table, ShardFrameKind frameKind, MemorySegment frame) {
    var refusal = refusal(from);
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    return following(() -> followed(table, frameKind, frame));
  }

  private CompletionStage<ShardReplicas.Outcome> followed(
      int table, ShardFrameKind frameKind, MemorySegment frame) {
    return switch (frameKind) {
      case START -> {
        tables.dense(table).start(DenseFrame.read(frame));
        yield CompletableFuture.completedFuture(ShardReplicas.Outcome.APPLIED);
      }
      case PUSH ->
        tables
            .dense(table)
            .push(DenseFrame.read(frame))
            .handle((done, stepFailed) -> ShardReplicas.Outcome.APPLIED); // it is kept in any case
      case ROWS ->
        tables
            .sparse(table)
            .push(SparseFrame.read(frame))
            .thenApply(
                known -> known ? ShardReplicas.Outcome.APPLIED : ShardReplicas.Outcome.NO_COPY);
    };
  }

  // ---- getting a copy

  /** A copy is about to come, in place of what there is. */
  public void beginCopy(int from) {
    requireNotOlder(from);
    tables.releaseGradients();
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
  public void copy(ReplicaPart replicaPart, Tensor block) {
    following(() -> {
      var shard = replicaPart.prepared()
          ? tables.prepare(replicaPart.table(), replicaPart.part())
          : tables.create(replicaPart.table(), replicaPart.part());
      shard.adopt(ShardSnapshot.read(block.segment()), TableShard.SnapshotOrigin.TAKEN_OVER);
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
  public List<ReplicaPart> takeOver(int by, int layout) {
    requireNotOlder(by);
    epoch = by;
    var replicaParts = new ArrayList<ReplicaPart>();
    if (complete) {
      tables.activateLayout(layout);
      tables.forEach((instance, later) ->
          replicaParts.add(new ReplicaPart(instance.spec(), instance.shard().part, later)));
    }
    return replicaParts;
  }

  /** All of one part; valid until the next call. */
  @SuppressWarnings("MustBeClosed") // by the next call
  public Tensor lendSnapshot(int table) {
    var before = lent;
    if (before != null) {
      before.end();
    }
    var ref = SnapshotIo.store(runtime, tables.get(table), new SnapshotSelection.All());
    var arena = Arena.ofConfined();
    lent = new LentSnapshot(ref, arena);
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
