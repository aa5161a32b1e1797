package io.mobula.ps.shard;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.NodeInfo;
import io.mobula.ObjectRef;
import io.mobula.Tensor;
import io.mobula.ps.clock.WorkerClock;
import io.mobula.ps.kernel.NumberArray;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The actor that is one shard: its part of every table of a server, on a thread of its own, with
 * arguments that it borrows. Gradients and weights come and go as {@link DenseFrame}s: in arrays
 * where they are small, in store memory where they are large.
 *
 * <p>One that is started anew asks the {@link CatalogActor} what it has to have, and takes it from
 * a {@link ReplicaActor} or from the last checkpoint. Calls that were on their way when it died
 * come again, by the runtime's retries; a push that was taken in before is known by its number.
 */
public final class ShardActor {
  private static final int ALL = 0; // tables; they are numbered from 1

  private final MobulaRuntime runtime = Mobula.context().runtime();
  private final ShardTables tables = new ShardTables(runtime);
  private final ActorHandle<ShardActor> self;
  private final int index;
  private final int epoch;
  private ShardReplicas replicas;

  /**
   * Asks the catalog, and has all it is to have when it returns.
   *
   * @param index its place among the shards, from 0
   */
  @SuppressWarnings("unchecked") // what else should be here
  public ShardActor(ActorHandle<CatalogActor> catalog, int index) {
    this.self = (ActorHandle<ShardActor>) Mobula.context().self().orElseThrow();
    this.index = index;
    ShardAssignment assignment = ShardRecovery.getAndClose(
        Mobula.remoteStage(catalog.call(CatalogActor::registerShard, index)));
    this.epoch = assignment.epoch();
    this.replicas = replicasOf(assignment.replicas());
    new ShardRecovery(tables, index).run(assignment);
  }

  private ShardReplicas replicasOf(List<ActorHandle<ReplicaActor>> handles) {
    return new ShardReplicas(index, handles, (standby, change) -> {
      var answer = self.tell(ShardActor::copyTo, standby, change).remote();
      return answer.toCompletableFuture().whenComplete((done, failed) -> answer.close());
    });
  }

  // ---- memory

  /**
   * Runs a request. If memory runs out for it, or an optimizer of the program's fails with an
   * error, the request fails and the shard lives: nothing of a request is done before its memory is
   * there.
   */
  private <T extends @Nullable Object> T runGuarded(String request, int table, Supplier<T> work) {
    try {
      return work.get();
    } catch (Error e) {
      throw RequestFailures.of(request + " of " + tables.nameOf(table) + " on shard " + index, e);
    }
  }

  // ---- standbys

  /** From now on these stand by: they are told of all changes. */
  public void setReplicas(List<ActorHandle<ReplicaActor>> handles) {
    replicas = replicasOf(handles);
  }

  /** Gives a standby a copy, if it has none with that change, and waits until it has it. */
  public void copyTo(int standby, long change) {
    runGuarded("copyTo", ALL, () -> {
      replicas.copyIfMissing(standby, change, to -> {
        ShardRecovery.getAndClose(to.tell(ReplicaActor::beginCopy, epoch).remote());
        tables.forEach((instance, later) -> {
          instance.shard().forgetKeyLists();
          var replicaPart = new ReplicaPart(instance.spec(), instance.shard().part, later);
          try (var block =
              SnapshotIo.store(runtime, instance.shard(), new SnapshotSelection.All())) {
            ShardRecovery.getAndClose(
                to.tell(ReplicaActor::copy, replicaPart, block).remote());
          }
        });
        return ShardRecovery.getAndClose(
            to.call(ReplicaActor::endCopy, epoch, tables.size()).remote());
      });
      return null;
    });
  }

  private CompletableFuture<@Nullable Void> applyChange(ShardChange change) {
    tables.apply(change);
    return replicate(change);
  }

  private CompletableFuture<@Nullable Void> replicate(ShardChange change) {
    return replicas.replicate(to -> to.call(ReplicaActor::follow, epoch, change).remote());
  }

  /** What is to be said when the standbys have it, too. */
  private static <T extends @Nullable Object> CompletionStage<T> whenReplicated(
      CompletableFuture<@Nullable Void> told, CompletableFuture<T> answer) {
    return told.isDone() && !told.isCompletedExceptionally()
        ? answer
        : told.thenCombine(answer, (nothing, value) -> value);
  }

  // ---- tables

  /**
   * Makes a part of a table: of a dense one all zeros, of a sparse one without rows.
   *
   * @param checkpoint the directory of one to begin with; null for none
   */
  public CompletionStage<@Nullable Void> create(
      TableSpec spec, TablePart part, @Nullable String checkpoint) {
    if (checkpoint == null) {
      return runGuarded("create", spec.id(), () -> {
        var create = new ShardChange.Create(spec, part);
        tables.apply(create);
        return replicas.replicateOrFail(
            to -> to.call(ReplicaActor::follow, epoch, create).remote());
      });
    }
    return runGuarded("restore", spec.id(), () -> {
      SnapshotIo.load(
          tables.create(spec, part), spec, Path.of(checkpoint), TableShard.SnapshotOrigin.RESTORED);
      return copyToAll();
    });
  }

  /** Completes when all standbys have a copy of all there is. */
  private CompletableFuture<@Nullable Void> copyToAll() {
    for (int i = 0; i < replicas.size(); i++) {
      copyTo(i, 0);
    }
    return CompletableFuture.completedFuture(null);
  }

  /** Sets some of a range's first weights; the frame is that of a push. */
  public CompletionStage<@Nullable Void> start(int table, byte[] frame) {
    return runGuarded("start", table, () -> {
      tables.dense(table).start(DenseFrame.read(frame));
      return replicas.replicate(to -> replicateFrame(to, table, ShardFrameKind.START, frame));
    });
  }

  /** As {@link #start(int, byte[])}. */
  public CompletionStage<@Nullable Void> startLarge(int table, Tensor frame) {
    return runGuarded("startLarge", table, () -> {
      tables.dense(table).start(DenseFrame.read(frame.segment()));
      return replicas.replicate(to -> replicateFrame(to, table, ShardFrameKind.START, frame));
    });
  }

  /** Gives back all memory of a table. */
  public CompletionStage<@Nullable Void> drop(int table) {
    return applyChange(new ShardChange.Drop(table));
  }

  /** Gives back all memory of all tables. */
  public void close() {
    tables.clear();
  }

  // ---- workers

  /** A worker joins; gives how many steps it counts as having ended. */
  public CompletionStage<Long> join(int table, int layout, long worker, int rank, NodeId node) {
    return runGuarded("join", table, () -> {
      tables.get(table).requirePresent(layout);
      long ended = tables.get(table).join(worker, rank, node);
      var told = replicate(new ShardChange.Join(table, worker, rank, node));
      return whenReplicated(told, CompletableFuture.completedFuture(ended));
    });
  }

  /** A worker comes back that this shard has forgotten. */
  public CompletionStage<@Nullable Void> rejoin(int table, WorkerClock clock) {
    return runGuarded("rejoin", table, () -> {
      return applyChange(new ShardChange.Rejoin(table, clock));
    });
  }

  /** A worker leaves, after so many steps. */
  public CompletionStage<@Nullable Void> leave(int table, long worker, int layout, long steps) {
    return runGuarded("leave", table, () -> {
      return applyChange(new ShardChange.Leave(table, worker, layout, steps));
    });
  }

  /** A worker has ended that many steps. */
  public CompletionStage<@Nullable Void> clock(int table, long worker, int layout, long steps) {
    return runGuarded("clock", table, () -> {
      var told = applyChange(new ShardChange.Clock(table, worker, layout, steps));
      tables.get(table).requireApplied();
      return told;
    });
  }

  /**
   * Somebody has waited for long: looks which workers are dead or silent and goes on without them.
   * Gives their ranks.
   */
  public List<Integer> evictUnresponsive(int table, long patienceNanos) {
    return runGuarded("lookAround", table, () -> {
      var nodes = runtime.nodes().stream().map(NodeInfo::id).collect(Collectors.toSet());
      var gone = tables.get(table).evictUnresponsive(nodes, patienceNanos);
      if (gone.isEmpty()) {
        tables.get(table).applyEndedSteps(); // a step that could not be applied is tried again
      } else {
        var _ = applyChange(new ShardChange.Evict(table, gone));
      }
      return gone.stream().map(WorkerClock::rank).toList();
    });
  }

  // ---- gradients and weights

  private ObjectRef<ShardReplicas.Outcome> replicateFrame(
      ActorHandle<ReplicaActor> to, int table, ShardFrameKind frameKind, byte[] frame) {
    return runtime.remoteStage(to.call(ReplicaActor::followFrame, epoch, table, frameKind, frame));
  }

  private ObjectRef<ShardReplicas.Outcome> replicateFrame(
      ActorHandle<ReplicaActor> to, int table, ShardFrameKind frameKind, Tensor frame) {
    return runtime.remoteStage(to.call(ReplicaActor::followLarge, epoch, table, frameKind, frame));
  }

  /** Takes in a gradient. */
  public CompletionStage<@Nullable Void> push(int table, byte[] frame) {
    return this.<CompletionStage<@Nullable Void>>runGuarded("push", table, () -> {
      var read = DenseFrame.read(frame);
      if (tables.hasTakenBefore(table, read.origin())) {
        return CompletableFuture.completedFuture(null);
      }
      var taken = tables.dense(table).push(read);
      return whenReplicated(
          replicas.replicate(to -> replicateFrame(to, table, ShardFrameKind.PUSH, frame)), taken);
    });
  }

  /** Takes in a gradient that lies in store memory. */
  public CompletionStage<@Nullable Void> pushLarge(int table, Tensor frame) {
    return this.<CompletionStage<@Nullable Void>>runGuarded("pushLarge", table, () -> {
      var read = DenseFrame.read(frame.segment());
      if (tables.hasTakenBefore(table, read.origin())) {
        return CompletableFuture.completedFuture(null);
      }
      var taken = tables.dense(table).push(read);
      return whenReplicated(
          replicas.replicate(to -> replicateFrame(to, table, ShardFrameKind.PUSH, frame)), taken);
    });
  }

  /** Gives the weights, in a frame, when the worker may read them. */
  public CompletionStage<byte[]> pull(int table, long worker, int layout, long steps) {
    return runGuarded("pull", table, () -> {
      return tables.dense(table).pull(worker, layout, steps);
    });
  }

  /** As {@link #pull}, of a range that lies in store memory. */
  public CompletionStage<Tensor> pullLarge(int table, long worker, int layout, long steps) {
    return runGuarded("pullLarge", table, () -> {
      return tables.dense(table).pullLarge(worker, layout, steps);
    });
  }

  /**
   * A push, the end of a step and a pull in one; for shards without standbys, as the answer does
   * not wait for any.
   */
  public CompletionStage<byte[]> exchange(int table, byte[] frame, long steps) {
    return runGuarded("exchange", table, () -> {
      var origin = pushAndEndStep(table, DenseFrame.read(frame), steps);
      return tables.dense(table).pull(origin.worker(), origin.layout(), steps);
    });
  }

  /** As {@link #exchange}, of few bytes for a range that lies in store memory. */
  public CompletionStage<Tensor> exchangePacked(int table, byte[] frame, long steps) {
    return runGuarded("exchangePacked", table, () -> {
      var origin = pushAndEndStep(table, DenseFrame.read(frame), steps);
      return tables.dense(table).pullLarge(origin.worker(), origin.layout(), steps);
    });
  }

  /** As {@link #exchange}, of a range that lies in store memory. */
  public CompletionStage<Tensor> exchangeLarge(int table, Tensor frame, long steps) {
    return runGuarded("exchangeLarge", table, () -> {
      var origin = pushAndEndStep(table, DenseFrame.read(frame.segment()), steps);
      return tables.dense(table).pullLarge(origin.worker(), origin.layout(), steps);
    });
  }

  private PushOrigin pushAndEndStep(int table, DenseFrame pushed, long steps) {
    var origin = pushed.origin();
    requireNotTakenBefore(table, origin);
    var shard = tables.dense(table);
    var _ = shard.push(pushed);
    shard.requirePresent(origin.layout(), true);
    shard.clock(origin.worker(), origin.layout(), steps);
    shard.requireApplied();
    return origin;
  }

  private void requireNotTakenBefore(int table, PushOrigin origin) {
    if (tables.hasTakenBefore(table, origin)) {
      throw new ParametersMovedException(
          "table " + table, origin.layout(), origin.layout() + 1, true);
    }
  }

  // ---- sparse tables

  /**
   * Takes in gradients of rows; false if they are of a list of keys that this shard does not know
   * (any more), and then nothing has happened.
   */
  public CompletionStage<Boolean> pushRows(int table, byte[] frame) {
    return runGuarded("pushRows", table, () -> {
      return rows(
          table,
          SparseFrame.read(MemorySegment.ofArray(frame)),
          to -> replicateFrame(to, table, ShardFrameKind.ROWS, frame));
    });
  }

  /** As {@link #pushRows}, in store memory. */
  public CompletionStage<Boolean> pushRowsLarge(int table, Tensor frame) {
    return runGuarded("pushRowsLarge", table, () -> {
      return rows(
          table,
          SparseFrame.read(frame.segment()),
          to -> replicateFrame(to, table, ShardFrameKind.ROWS, frame));
    });
  }

  private CompletionStage<Boolean> rows(
      int table,
      SparseFrame frame,
      Function<ActorHandle<ReplicaActor>, ObjectRef<ShardReplicas.Outcome>> follow) {
    if (tables.hasTakenBefore(table, frame.origin())) {
      return CompletableFuture.completedFuture(true);
    }
    var taken = tables.sparse(table).push(frame);
    return Boolean.TRUE.equals(taken.getNow(true))
        ? whenReplicated(replicas.replicate(follow), taken)
        : taken;
  }

  /**
   * Gives rows, one after the other, when the worker may read them: {@code float[]} or
   * {@code double[]}, whichever the table has.
   */
  public CompletionStage<Object> pullRows(
      int table, long worker, int layout, long steps, long[] keys) {
    return runGuarded("pullRows", table, () -> {
      return tables.sparse(table).pull(worker, layout, steps, keys).thenApply(NumberArray::array);
    });
  }

  /**
   * Gradients of rows, the end of a step, and a pull of the same rows in one, as {@link #exchange};
   * null if the list of keys is not known, and then nothing has happened.
   */
  public CompletionStage<@Nullable Object> exchangeRows(int table, byte[] frame, long steps) {
    return runGuarded("exchangeRows", table, () -> {
      return exchangeFrame(table, SparseFrame.read(MemorySegment.ofArray(frame)), steps);
    });
  }

  /** As {@link #exchangeRows}, in store memory. */
  public CompletionStage<@Nullable Object> exchangeRowsLarge(int table, Tensor frame, long steps) {
    return runGuarded("exchangeRowsLarge", table, () -> {
      return exchangeFrame(table, SparseFrame.read(frame.segment()), steps);
    });
  }

  private CompletionStage<@Nullable Object> exchangeFrame(
      int table, SparseFrame pushed, long steps) {
    requireNotTakenBefore(table, pushed.origin());
    return tables
        .sparse(table)
        .exchange(pushed, steps)
        .thenApply(rows -> rows == null ? null : rows.array());
  }

  /** The rows here that most gradients are pushed for. */
  public List<HotRow> hotRows(int table, int most) {
    return runGuarded("hotRows", table, () -> {
      return tables.sparse(table).hotRows(most);
    });
  }

  /** How many rows a table has here. */
  public long rows(int table) {
    return tables.sparse(table).rows();
  }

  // ---- all shards at the same step

  /** Applies no further step; gives up to which all are applied. */
  public CompletionStage<Long> hold(int table) {
    return runGuarded("hold", table, () -> {
      long applied = tables.get(table).applied();
      return whenReplicated(
          applyChange(new ShardChange.Hold(table, applied)),
          CompletableFuture.completedFuture(applied));
    });
  }

  /** Applies the steps before that, and no further one; completes when they are. */
  public CompletionStage<Long> advanceTo(int table, long step) {
    return runGuarded("reach", table, () -> {
      var told = applyChange(new ShardChange.Hold(table, step));
      return whenReplicated(told, tables.get(table).whenApplied(step).toCompletableFuture());
    });
  }

  /** Steps are applied as they end again. */
  public CompletionStage<@Nullable Void> release(int table) {
    return runGuarded("release", table, () -> {
      return applyChange(new ShardChange.Hold(table, Long.MAX_VALUE));
    });
  }

  // ---- checkpoints

  /**
   * Writes its part of a table into a draft of a checkpoint; completes when it is on the disk.
   *
   * @param draft the directory
   */
  public CompletionStage<io.mobula.ps.checkpoint.CheckpointPart> save(int table, String draft) {
    return runGuarded("save", table, () -> {
      var shard = tables.get(table);
      return SnapshotIo.save(shard, Path.of(draft), index, shard.firstItem(), shard.endItem());
    });
  }

  // ---- moving

  /** Takes in nothing of a table any more, until the layout is settled. */
  public void freeze(int table) {
    runGuarded("freeze", table, () -> {
      tables.get(table).freeze();
      return null;
    });
  }

  /**
   * Sends what it has of a frozen table to those who are to have it.
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
          var answer = runtime.remoteStage(
              to.shards().get(i).call(ShardActor::receive, shard.spec(), part, block));
          arrived.add(answer.toCompletableFuture().whenComplete((done, failed) -> answer.close()));
        }
      }
      return ShardReplicas.allOf(arrived);
    });
  }

  /** Gets some of what it is to have in the next layout. */
  public CompletionStage<@Nullable Void> receive(TableSpec spec, TablePart part, Tensor block) {
    return this.<CompletionStage<@Nullable Void>>runGuarded("receive", spec.id(), () -> {
      tables
          .prepare(spec, part)
          .adopt(ShardSnapshot.read(block.segment()), TableShard.SnapshotOrigin.MOVED);
      return CompletableFuture.completedFuture(null);
    });
  }

  /** All has come: gives the standbys a copy, so that it cannot be lost from now on. */
  public CompletionStage<@Nullable Void> confirmReceived() {
    return copyToAll();
  }

  /** The next layout is valid, or is not and all stays as it was. */
  public CompletionStage<@Nullable Void> finishMove(int layout, boolean valid) {
    return runGuarded("moved", ALL, () -> {
      return applyChange(new ShardChange.Move(layout, valid));
    });
  }

  // ---- reports

  /** How often the weights of a table were changed here. */
  public long updates(int table) {
    return tables.get(table).updates();
  }

  /** What this shard has done for a table. */
  public ShardMetrics metrics(int table) {
    return tables.get(table).metrics();
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
