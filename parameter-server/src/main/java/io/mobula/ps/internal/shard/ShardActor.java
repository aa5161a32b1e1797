package io.mobula.ps.internal.shard;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ResultForm;
import io.mobula.info.NodeInfo;
import io.mobula.ps.ShardMetrics;
import io.mobula.ps.internal.checkpoint.CheckpointPart;
import io.mobula.ps.internal.clock.WorkerClock;
import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Actor that is one shard: it holds a part of every table of a server. It has its own thread and
 * borrows its arguments. Gradients and weights travel as {@link DenseFrame}s and
 * {@link SparseFrame}s, in arrays if they are small and in store memory if they are large.
 *
 * <p>A restarted shard asks the {@link CatalogActor} for its assignment, and recovers its data from
 * a {@link ReplicaActor} or from the last checkpoint. The runtime repeats the calls that were
 * pending at the death; the sequence number of a push tells whether it was applied before.
 */
public final class ShardActor {
  private static final int ALL = 0; // stands for all tables; tables are numbered from 1

  private final MobulaRuntime runtime = Mobula.context().runtime();
  private final ShardTables tables = new ShardTables(runtime);
  private final ShardPushes pushes = new ShardPushes(tables);
  private final ShardReplicator replicator;
  private final int index;

  /**
   * Registers with the catalog and recovers the shard's data; returns when that is complete.
   *
   * @param index position among the shards, from 0
   */
  @SuppressWarnings("unchecked") // the context's own handle has this type
  public ShardActor(ActorHandle<CatalogActor> catalog, int index) {
    var self = (ActorHandle<ShardActor>) Mobula.context().self().orElseThrow();
    this.index = index;
    ShardAssignment assignment = ShardRecovery.getAndClose(
        catalog.call(CatalogActor::registerShard, index).remote(ResultForm.async()));
    this.replicator = new ShardReplicator(runtime, tables, index, assignment, (replica, change) -> {
      var answer = self.tell(ShardActor::copyTo, replica, change).remote();
      return answer.toCompletableFuture().whenComplete((done, failed) -> answer.close());
    });
    new ShardRecovery(tables, index).run(assignment);
  }

  // ---- errors

  /**
   * Runs a request so that an error fails the request and not the shard: if memory runs out, or a
   * user's optimizer throws an error. A request allocates its memory before it changes anything.
   */
  private <T extends @Nullable Object> T runGuarded(String request, int table, Supplier<T> work) {
    try {
      return work.get();
    } catch (Error e) {
      throw RequestFailures.of(request + " of " + tables.nameOf(table) + " on shard " + index, e);
    }
  }

  // ---- replicas

  /** Sets the replicas, which are told of all changes from now on. */
  public void setReplicas(List<ActorHandle<ReplicaActor>> handles) {
    replicator.setReplicas(handles);
  }

  /**
   * Copies the shard to a replica, unless it has a copy with that change, and waits for the copy.
   */
  public void copyTo(int replica, long change) {
    runGuarded("copyTo", ALL, () -> {
      replicator.copyTo(replica, change);
      return null;
    });
  }

  // ---- tables

  /**
   * Creates a part of a table: zeros in a dense table, no rows in a sparse one.
   *
   * @param checkpoint directory of a checkpoint to start from; null for none
   */
  public CompletionStage<@Nullable Void> create(
      TableSpec spec, TablePart part, @Nullable String checkpoint) {
    if (checkpoint == null) {
      return runGuarded(
          "create", spec.id(), () -> replicator.create(new ShardChange.Create(spec, part)));
    }
    return runGuarded("restore", spec.id(), () -> {
      SnapshotIo.load(
          tables.create(spec, part), spec, Path.of(checkpoint), TableShard.SnapshotOrigin.RESTORED);
      return replicator.copyToAll();
    });
  }

  /** Sets some of the initial weights of a range; the frame is that of a push. */
  public CompletionStage<@Nullable Void> start(int table, byte[] frame) {
    return runGuarded("start", table, () -> {
      tables.dense(table).start(DenseFrame.read(frame));
      return replicator.replicate(table, ShardFrameKind.START, frame);
    });
  }

  /** Sets initial weights from a frame in store memory; see {@link #start(int, byte[])}. */
  public CompletionStage<@Nullable Void> startLarge(int table, Tensor frame) {
    return runGuarded("startLarge", table, () -> {
      tables.dense(table).start(DenseFrame.read(frame.segment()));
      return replicator.replicate(table, ShardFrameKind.START, frame);
    });
  }

  /** Drops a table and frees its memory. */
  public CompletionStage<@Nullable Void> drop(int table) {
    return replicator.apply(new ShardChange.Drop(table));
  }

  /** Frees the memory of all tables. */
  public void close() {
    tables.clear();
  }

  // ---- workers

  /** Adds a worker; returns how many steps it counts as having ended. */
  public CompletionStage<Long> join(int table, int layout, long worker, int rank, NodeId node) {
    return runGuarded("join", table, () -> {
      tables.get(table).requirePresent(layout);
      long ended = tables.get(table).join(worker, rank, node);
      var told = replicator.replicate(new ShardChange.Join(table, worker, rank, node));
      return ShardReplicator.whenReplicated(told, CompletableFuture.completedFuture(ended));
    });
  }

  /** Adds a worker again that this shard has lost in a restart. */
  public CompletionStage<@Nullable Void> rejoin(int table, WorkerClock clock) {
    return runGuarded(
        "rejoin", table, () -> replicator.apply(new ShardChange.Rejoin(table, clock)));
  }

  /** Removes a worker that leaves after that many steps. */
  public CompletionStage<@Nullable Void> leave(int table, long worker, int layout, long steps) {
    return runGuarded(
        "leave",
        table,
        () -> replicator.apply(new ShardChange.Leave(table, worker, layout, steps)));
  }

  /** Records that a worker has ended that many steps. */
  public CompletionStage<@Nullable Void> clock(int table, long worker, int layout, long steps) {
    return runGuarded("clock", table, () -> {
      var told = replicator.apply(new ShardChange.Clock(table, worker, layout, steps));
      tables.get(table).requireApplied();
      return told;
    });
  }

  /**
   * Evicts workers that are dead or unresponsive, on behalf of a worker that has waited for long;
   * returns the ranks of the evicted workers.
   */
  public List<Integer> evictUnresponsive(int table, long timeoutNanos) {
    return runGuarded("evictUnresponsive", table, () -> {
      var nodes = runtime.nodes().stream().map(NodeInfo::id).collect(Collectors.toSet());
      var gone = tables.get(table).evictUnresponsive(nodes, timeoutNanos);
      if (gone.isEmpty()) {
        tables.get(table).applyEndedSteps(); // tries a blocked step again
      } else {
        var _ = replicator.apply(new ShardChange.Evict(table, gone));
      }
      return gone.stream().map(WorkerClock::rank).toList();
    });
  }

  // ---- gradients and weights

  /** Applies or keeps a gradient. */
  public CompletionStage<@Nullable Void> push(int table, byte[] frame) {
    return runGuarded(
        "push",
        table,
        () -> pushes.push(
            table,
            DenseFrame.read(frame),
            () -> replicator.replicate(table, ShardFrameKind.PUSH, frame)));
  }

  /** Applies or keeps a gradient in store memory. */
  public CompletionStage<@Nullable Void> pushLarge(int table, Tensor frame) {
    return runGuarded(
        "pushLarge",
        table,
        () -> pushes.push(
            table,
            DenseFrame.read(frame.segment()),
            () -> replicator.replicate(table, ShardFrameKind.PUSH, frame)));
  }

  /** Returns the weights in a frame, when the worker may read them. */
  public CompletionStage<byte[]> pull(int table, long worker, int layout, long steps) {
    return runGuarded("pull", table, () -> tables.dense(table).pull(worker, layout, steps));
  }

  /** Returns the weights in store memory, when the worker may read them. */
  public CompletionStage<Tensor> pullLarge(int table, long worker, int layout, long steps) {
    return runGuarded(
        "pullLarge", table, () -> tables.dense(table).pullLarge(worker, layout, steps));
  }

  /**
   * Applies a push, ends the step and pulls, in one request. Only for shards without replicas, as
   * the reply does not wait for any.
   */
  public CompletionStage<byte[]> exchange(int table, byte[] frame, long steps) {
    return runGuarded(
        "exchange", table, () -> pushes.exchange(table, DenseFrame.read(frame), steps));
  }

  /** Exchanges a small push for the weights in store memory; see {@link #exchange}. */
  public CompletionStage<Tensor> exchangePacked(int table, byte[] frame, long steps) {
    return runGuarded(
        "exchangePacked", table, () -> pushes.exchangeLarge(table, DenseFrame.read(frame), steps));
  }

  /** Exchanges a push in store memory for the weights in store memory; see {@link #exchange}. */
  public CompletionStage<Tensor> exchangeLarge(int table, Tensor frame, long steps) {
    return runGuarded(
        "exchangeLarge",
        table,
        () -> pushes.exchangeLarge(table, DenseFrame.read(frame.segment()), steps));
  }

  // ---- rows of sparse tables

  /**
   * Applies or keeps gradients of rows; the result is false, without any effect, if the shard does
   * not know the key list that they refer to.
   */
  public CompletionStage<Boolean> pushRows(int table, byte[] frame) {
    return runGuarded(
        "pushRows",
        table,
        () -> pushes.pushRows(
            table,
            SparseFrame.read(MemorySegment.ofArray(frame)),
            () -> replicator.replicate(table, ShardFrameKind.ROWS, frame)));
  }

  /** Applies or keeps gradients of rows in store memory; see {@link #pushRows}. */
  public CompletionStage<Boolean> pushRowsLarge(int table, Tensor frame) {
    return runGuarded(
        "pushRowsLarge",
        table,
        () -> pushes.pushRows(
            table,
            SparseFrame.read(frame.segment()),
            () -> replicator.replicate(table, ShardFrameKind.ROWS, frame)));
  }

  /**
   * Returns rows in the order of the keys, when the worker may read them: {@code float[]} or
   * {@code double[]}, according to the table's number type.
   */
  public CompletionStage<Object> pullRows(
      int table, long worker, int layout, long steps, long[] keys) {
    return runGuarded(
        "pullRows",
        table,
        () -> tables.sparse(table).pull(worker, layout, steps, keys).thenApply(NumberArray::array));
  }

  /**
   * Applies gradients of rows, ends the step and pulls the same rows, in one request; see
   * {@link #exchange}. The result is null, without any effect, if the shard does not know the key
   * list.
   */
  public CompletionStage<@Nullable Object> exchangeRows(int table, byte[] frame, long steps) {
    return runGuarded(
        "exchangeRows",
        table,
        () -> pushes.exchangeRows(table, SparseFrame.read(MemorySegment.ofArray(frame)), steps));
  }

  /** Exchanges gradients in store memory for rows; see {@link #exchangeRows}. */
  public CompletionStage<@Nullable Object> exchangeRowsLarge(int table, Tensor frame, long steps) {
    return runGuarded(
        "exchangeRowsLarge",
        table,
        () -> pushes.exchangeRows(table, SparseFrame.read(frame.segment()), steps));
  }

  /** Returns the most frequently pushed rows of this shard. */
  public List<HotRow> hotRows(int table, int max) {
    return runGuarded("hotRows", table, () -> tables.sparse(table).hotRows(max));
  }

  /** Returns the number of rows of a table on this shard. */
  public long rows(int table) {
    return tables.sparse(table).rows();
  }

  // ---- step barrier

  /** Holds the table at its present step; returns the step up to which all steps are applied. */
  public CompletionStage<Long> hold(int table) {
    return runGuarded("hold", table, () -> {
      long applied = tables.get(table).applied();
      return ShardReplicator.whenReplicated(
          replicator.apply(new ShardChange.Hold(table, applied)),
          CompletableFuture.completedFuture(applied));
    });
  }

  /**
   * Applies all steps before {@code step} and holds the table there; completes when they are
   * applied.
   */
  public CompletionStage<Long> advanceTo(int table, long step) {
    return runGuarded("advanceTo", table, () -> {
      var told = replicator.apply(new ShardChange.Hold(table, step));
      return ShardReplicator.whenReplicated(
          told, tables.get(table).whenApplied(step).toCompletableFuture());
    });
  }

  /** Lets steps be applied again as they end. */
  public CompletionStage<@Nullable Void> release(int table) {
    return runGuarded(
        "release", table, () -> replicator.apply(new ShardChange.Hold(table, Long.MAX_VALUE)));
  }

  // ---- checkpoints

  /**
   * Writes the shard's part of a table into the draft of a checkpoint; completes when it is on
   * disk.
   *
   * @param draft the draft's directory
   */
  public CompletionStage<CheckpointPart> save(int table, String draft) {
    return runGuarded("save", table, () -> {
      var shard = tables.get(table);
      return SnapshotIo.save(shard, Path.of(draft), index, shard.firstItem(), shard.endItem());
    });
  }

  // ---- resharding

  /** Refuses all requests for a table until its move is finished. */
  public void freeze(int table) {
    runGuarded("freeze", table, () -> {
      tables.get(table).freeze();
      return null;
    });
  }

  /**
   * Sends the shard's data of a frozen table to the shards that hold it in the next layout.
   *
   * @param to the next layout
   */
  public CompletionStage<@Nullable Void> moveTo(int table, ShardLayout to) {
    return runGuarded("moveTo", table, () -> {
      var shard = tables.get(table);
      var arrived = new ArrayList<CompletableFuture<?>>();
      for (int i = 0; i < to.size(); i++) {
        var part = new TablePart(to.version(), i, to.size());
        try (var block = SnapshotIo.store(runtime, shard, new SnapshotSelection.ForPart(part))) {
          var answer = to.shards()
              .get(i)
              .call(ShardActor::receive, shard.spec(), part, block)
              .remote(ResultForm.async());
          arrived.add(answer.toCompletableFuture().whenComplete((done, failed) -> answer.close()));
        }
      }
      return ShardReplicas.allOf(arrived);
    });
  }

  /** Receives a part of the data that this shard holds in the next layout. */
  public CompletionStage<@Nullable Void> receive(TableSpec spec, TablePart part, Tensor block) {
    return this.<CompletionStage<@Nullable Void>>runGuarded("receive", spec.id(), () -> {
      tables
          .prepare(spec, part)
          .adopt(ShardSnapshot.read(block.segment()), TableShard.SnapshotOrigin.MOVED);
      return CompletableFuture.completedFuture(null);
    });
  }

  /** Confirms that all data of the move has arrived, after copying it to the replicas. */
  public CompletionStage<@Nullable Void> confirmReceived() {
    return runGuarded("confirmReceived", ALL, () -> replicator.copyToAll());
  }

  /** Finishes a move: activates the next layout if it is valid, else keeps the present one. */
  public CompletionStage<@Nullable Void> finishMove(int layout, boolean valid) {
    return runGuarded(
        "finishMove", ALL, () -> replicator.apply(new ShardChange.Move(layout, valid)));
  }

  // ---- reports

  /** Returns how many updates of a table this shard has applied. */
  public long updates(int table) {
    return tables.get(table).updates();
  }

  /** Returns the counters of this shard for a table. */
  public ShardMetrics metrics(int table) {
    return tables.get(table).metrics();
  }

  /** Returns the node that the shard runs on. */
  public NodeId node() {
    return Mobula.context().node();
  }

  /** Returns the process that the shard runs in. */
  public long pid() {
    return ProcessHandle.current().pid();
  }
}
