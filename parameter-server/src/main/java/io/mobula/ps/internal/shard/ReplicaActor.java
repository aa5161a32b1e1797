package io.mobula.ps.internal.shard;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.error.TableException;
import io.mobula.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Actor that holds a copy of one shard, on another node where there is one. It applies every change
 * of the shard in the same order, and gives its copy to the restarted shard when the old one has
 * died. A replica that has no copy answers so and is given one.
 */
public final class ReplicaActor {
  private final MobulaRuntime runtime = Mobula.context().runtime();
  private final ShardTables tables = new ShardTables(runtime);
  private int epoch; // of the shard that this replica follows
  private boolean complete;
  private @Nullable LentSnapshot lent;

  /** Snapshot that was lent to a shard, until the next one is. */
  private record LentSnapshot(ObjectRef<Tensor> ref, Arena arena) {
    void end() {
      arena.close();
      ref.close();
    }
  }

  // ---- errors

  private <T> T guarded(String request, Supplier<T> work) {
    try {
      return work.get();
    } catch (Error e) {
      throw RequestFailures.of(request + " on a replica", e);
    }
  }

  /**
   * Applies a change of the shard. If there is no memory for it, or it fails with an error, drops
   * the whole copy and frees its memory.
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

  // ---- changes of the shard

  private ShardReplicas.@Nullable Outcome refusal(int from) {
    if (from < epoch) {
      return ShardReplicas.Outcome.STALE_EPOCH;
    }
    return complete && from == epoch ? null : ShardReplicas.Outcome.NO_COPY;
  }

  /** Applies a change, if the sender is not outdated and there is a copy. */
  public ShardReplicas.Outcome follow(int from, ShardChange change) {
    var refusal = refusal(from);
    if (refusal != null) {
      return refusal;
    }
    if (change instanceof ShardChange.Create) { // if refused, the copy stays intact
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

  /** Applies a frame that the shard has taken. */
  public CompletionStage<ShardReplicas.Outcome> followFrame(
      int from, int table, ShardFrameKind frameKind, byte[] frame) {
    return follow(from, table, frameKind, MemorySegment.ofArray(frame));
  }

  /** Applies a frame in store memory that the shard has taken; see {@link #followFrame}. */
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
            .handle((done, stepFailed) -> ShardReplicas.Outcome.APPLIED); // kept in any case
      case ROWS ->
        tables
            .sparse(table)
            .push(SparseFrame.read(frame))
            .thenApply(
                known -> known ? ShardReplicas.Outcome.APPLIED : ShardReplicas.Outcome.NO_COPY);
    };
  }

  // ---- receiving a copy

  /** Begins to receive a copy, which replaces the present one. */
  public void beginCopy(int from) {
    requireNotOlder(from);
    tables.releaseGradients();
    tables.clear();
    complete = false;
    epoch = from;
  }

  private void requireNotOlder(int from) {
    if (from < epoch) {
      throw new IllegalStateException("The replica follows " + ShardAssignment.describe(epoch)
          + ": " + ShardAssignment.describe(from) + " is over.");
    }
  }

  /** Receives one part of a copy. */
  public void copy(ReplicaPart replicaPart, Tensor block) {
    following(() -> {
      var shard = replicaPart.prepared()
          ? tables.prepare(replicaPart.table(), replicaPart.part())
          : tables.create(replicaPart.table(), replicaPart.part());
      shard.adopt(ShardSnapshot.read(block.segment()), TableShard.SnapshotOrigin.TAKEN_OVER);
      return true;
    });
  }

  /**
   * Ends a copy of {@code parts} parts; returns whether it is complete, so that no part was lost.
   */
  public boolean endCopy(int from, int parts) {
    requireNotOlder(from);
    complete = epoch == from && tables.size() == parts;
    return complete;
  }

  // ---- handing the copy over

  /**
   * Hands the copy over to a restarted shard, and follows only that shard from then on. Returns the
   * parts of the copy; none if there is no complete copy.
   *
   * @param layout version of the valid layout
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

  /** Returns a snapshot of one table; it is valid until the next call. */
  @SuppressWarnings("MustBeClosed") // closed by the next call
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

  /** Returns the node that the replica runs on. */
  public NodeId node() {
    return Mobula.context().node();
  }

  /** Returns the process that the replica runs in. */
  public long pid() {
    return ProcessHandle.current().pid();
  }
}
