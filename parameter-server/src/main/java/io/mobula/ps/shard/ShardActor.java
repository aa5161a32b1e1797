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
 * arguments that it borrows. Gradients and weights come and go as {@link Frame}s: in arrays where
 * they are small, in store memory where they are large.
 *
 * <p>One that is started anew asks the {@link Catalog} what it has to have, and takes it from a
 * {@link StandbyActor} or from the last checkpoint. Calls that were on their way when it died come
 * again, by the runtime's retries; a push that was taken in before is known by its number.
 */
public final class ShardActor {
  private static final int ALL = 0; // tables; they are numbered from 1

  private final MobulaRuntime runtime = Mobula.context().runtime();
  private final Tables tables = new Tables(runtime);
  private final ActorHandle<ShardActor> self;
  private final int index;
  private final int epoch;
  private Standbys standbys;

  /**
   * Asks the catalog, and has all it is to have when it returns.
   *
   * @param index its place among the shards, from 0
   */
  @SuppressWarnings("unchecked") // what else should be here
  public ShardActor(ActorHandle<Catalog> catalog, int index) {
    this.self = (ActorHandle<ShardActor>) Mobula.context().self().orElseThrow();
    this.index = index;
    Orders orders = Recovery.got(Mobula.remoteStage(catalog.call(Catalog::enlist, index)));
    this.epoch = orders.epoch();
    this.standbys = standbys(orders.standbys());
    new Recovery(tables, index).run(orders);
  }

  private Standbys standbys(List<ActorHandle<StandbyActor>> handles) {
    return new Standbys(index, handles, (standby, change) -> {
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
  private <T extends @Nullable Object> T guarded(String request, int table, Supplier<T> work) {
    try {
      return work.get();
    } catch (Error e) {
      throw RequestError.of(request + " of " + tables.nameOf(table) + " on shard " + index, e);
    }
  }

  // ---- standbys

  /** From now on these stand by: they are told of all changes. */
  public void follow(List<ActorHandle<StandbyActor>> handles) {
    standbys = standbys(handles);
  }

  /** Gives a standby a copy, if it has none with that change, and waits until it has it. */
  public void copyTo(int standby, long change) {
    guarded("copyTo", ALL, () -> {
      standbys.copy(standby, change, to -> {
        Recovery.got(to.tell(StandbyActor::beginCopy, epoch).remote());
        tables.forEach((held, later) -> {
          held.shard().forgetNames();
          var copy = new Copy(held.spec(), held.shard().part, later);
          try (var block = Packing.store(runtime, held.shard(), new Cut.All())) {
            Recovery.got(to.tell(StandbyActor::copy, copy, block).remote());
          }
        });
        return Recovery.got(to.call(StandbyActor::endCopy, epoch, tables.size()).remote());
      });
      return null;
    });
  }

  private CompletableFuture<@Nullable Void> make(Change change) {
    tables.make(change);
    return tell(change);
  }

  private CompletableFuture<@Nullable Void> tell(Change change) {
    return standbys.tell(to -> to.call(StandbyActor::follow, epoch, change).remote());
  }

  /** What is to be said when the standbys have it, too. */
  private static <T extends @Nullable Object> CompletionStage<T> after(
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
      TableSpec spec, Part part, @Nullable String checkpoint) {
    if (checkpoint == null) {
      return guarded("create", spec.id(), () -> {
        var create = new Change.Create(spec, part);
        tables.make(create);
        return standbys.require(
            to -> to.call(StandbyActor::follow, epoch, create).remote());
      });
    }
    return guarded("restore", spec.id(), () -> {
      Packing.load(tables.create(spec, part), spec, Path.of(checkpoint), TableShard.Entry.RESTORED);
      return copied();
    });
  }

  /** Completes when all standbys have a copy of all there is. */
  private CompletableFuture<@Nullable Void> copied() {
    for (int i = 0; i < standbys.size(); i++) {
      copyTo(i, 0);
    }
    return CompletableFuture.completedFuture(null);
  }

  /** Sets some of a range's first weights; the frame is that of a push. */
  public CompletionStage<@Nullable Void> start(int table, byte[] frame) {
    return guarded("start", table, () -> {
      tables.dense(table).start(Frame.read(frame));
      return standbys.tell(to -> followed(to, table, Cargo.START, frame));
    });
  }

  /** As {@link #start(int, byte[])}. */
  public CompletionStage<@Nullable Void> startLarge(int table, Tensor frame) {
    return guarded("startLarge", table, () -> {
      tables.dense(table).start(Frame.read(frame.segment()));
      return standbys.tell(to -> followed(to, table, Cargo.START, frame));
    });
  }

  /** Gives back all memory of a table. */
  public CompletionStage<@Nullable Void> drop(int table) {
    return make(new Change.Drop(table));
  }

  /** Gives back all memory of all tables. */
  public void close() {
    tables.clear();
  }

  // ---- workers

  /** A worker joins; gives how many steps it counts as having ended. */
  public CompletionStage<Long> join(int table, int layout, long worker, int rank, NodeId node) {
    return guarded("join", table, () -> {
      tables.get(table).requirePresent(layout);
      long ended = tables.get(table).join(worker, rank, node);
      var told = tell(new Change.Join(table, worker, rank, node));
      return after(told, CompletableFuture.completedFuture(ended));
    });
  }

  /** A worker comes back that this shard has forgotten. */
  public CompletionStage<@Nullable Void> rejoin(int table, WorkerClock clock) {
    return guarded("rejoin", table, () -> {
      return make(new Change.Rejoin(table, clock));
    });
  }

  /** A worker leaves, after so many steps. */
  public CompletionStage<@Nullable Void> leave(int table, long worker, int layout, long steps) {
    return guarded("leave", table, () -> {
      return make(new Change.Leave(table, worker, layout, steps));
    });
  }

  /** A worker has ended that many steps. */
  public CompletionStage<@Nullable Void> clock(int table, long worker, int layout, long steps) {
    return guarded("clock", table, () -> {
      var told = make(new Change.Clock(table, worker, layout, steps));
      tables.get(table).requireApplied();
      return told;
    });
  }

  /**
   * Somebody has waited for long: looks which workers are dead or silent and goes on without them.
   * Gives their ranks.
   */
  public List<Integer> lookAround(int table, long patienceNanos) {
    return guarded("lookAround", table, () -> {
      var nodes = runtime.nodes().stream().map(NodeInfo::id).collect(Collectors.toSet());
      var gone = tables.get(table).evictable(nodes, patienceNanos);
      if (gone.isEmpty()) {
        tables.get(table).settle(); // a step that could not be applied is tried again
      } else {
        var _ = make(new Change.Evict(table, gone));
      }
      return gone.stream().map(WorkerClock::rank).toList();
    });
  }

  // ---- gradients and weights

  private ObjectRef<Standbys.Outcome> followed(
      ActorHandle<StandbyActor> to, int table, Cargo cargo, byte[] frame) {
    return runtime.remoteStage(to.call(StandbyActor::followFrame, epoch, table, cargo, frame));
  }

  private ObjectRef<Standbys.Outcome> followed(
      ActorHandle<StandbyActor> to, int table, Cargo cargo, Tensor frame) {
    return runtime.remoteStage(to.call(StandbyActor::followLarge, epoch, table, cargo, frame));
  }

  /** Takes in a gradient. */
  public CompletionStage<@Nullable Void> push(int table, byte[] frame) {
    return this.<CompletionStage<@Nullable Void>>guarded("push", table, () -> {
      var read = Frame.read(frame);
      if (tables.tookBefore(table, read.sender())) {
        return CompletableFuture.completedFuture(null);
      }
      var taken = tables.dense(table).push(read);
      return after(standbys.tell(to -> followed(to, table, Cargo.PUSH, frame)), taken);
    });
  }

  /** Takes in a gradient that lies in store memory. */
  public CompletionStage<@Nullable Void> pushLarge(int table, Tensor frame) {
    return this.<CompletionStage<@Nullable Void>>guarded("pushLarge", table, () -> {
      var read = Frame.read(frame.segment());
      if (tables.tookBefore(table, read.sender())) {
        return CompletableFuture.completedFuture(null);
      }
      var taken = tables.dense(table).push(read);
      return after(standbys.tell(to -> followed(to, table, Cargo.PUSH, frame)), taken);
    });
  }

  /** Gives the weights, in a frame, when the worker may read them. */
  public CompletionStage<byte[]> pull(int table, long worker, int layout, long steps) {
    return guarded("pull", table, () -> {
      return tables.dense(table).pull(worker, layout, steps);
    });
  }

  /** As {@link #pull}, of a range that lies in store memory. */
  public CompletionStage<Tensor> pullLarge(int table, long worker, int layout, long steps) {
    return guarded("pullLarge", table, () -> {
      return tables.dense(table).pullLarge(worker, layout, steps);
    });
  }

  /**
   * A push, the end of a step and a pull in one; for shards without standbys, as the answer does
   * not wait for any.
   */
  public CompletionStage<byte[]> exchange(int table, byte[] frame, long steps) {
    return guarded("exchange", table, () -> {
      var sender = ended(table, Frame.read(frame), steps);
      return tables.dense(table).pull(sender.worker(), sender.layout(), steps);
    });
  }

  /** As {@link #exchange}, of few bytes for a range that lies in store memory. */
  public CompletionStage<Tensor> exchangePacked(int table, byte[] frame, long steps) {
    return guarded("exchangePacked", table, () -> {
      var sender = ended(table, Frame.read(frame), steps);
      return tables.dense(table).pullLarge(sender.worker(), sender.layout(), steps);
    });
  }

  /** As {@link #exchange}, of a range that lies in store memory. */
  public CompletionStage<Tensor> exchangeLarge(int table, Tensor frame, long steps) {
    return guarded("exchangeLarge", table, () -> {
      var sender = ended(table, Frame.read(frame.segment()), steps);
      return tables.dense(table).pullLarge(sender.worker(), sender.layout(), steps);
    });
  }

  private Sender ended(int table, Frame pushed, long steps) {
    var sender = pushed.sender();
    requireNotTakenBefore(table, sender);
    var shard = tables.dense(table);
    var _ = shard.push(pushed);
    shard.requirePresent(sender.layout(), true);
    shard.clock(sender.worker(), sender.layout(), steps);
    shard.requireApplied();
    return sender;
  }

  private void requireNotTakenBefore(int table, Sender sender) {
    if (tables.tookBefore(table, sender)) {
      throw new MovedException("table " + table, sender.layout(), sender.layout() + 1, true);
    }
  }

  // ---- sparse tables

  /**
   * Takes in gradients of rows; false if they are of a list of keys that this shard does not know
   * (any more), and then nothing has happened.
   */
  public CompletionStage<Boolean> pushRows(int table, byte[] frame) {
    return guarded("pushRows", table, () -> {
      return rows(
          table,
          Rows.read(MemorySegment.ofArray(frame)),
          to -> followed(to, table, Cargo.ROWS, frame));
    });
  }

  /** As {@link #pushRows}, in store memory. */
  public CompletionStage<Boolean> pushRowsLarge(int table, Tensor frame) {
    return guarded("pushRowsLarge", table, () -> {
      return rows(table, Rows.read(frame.segment()), to -> followed(to, table, Cargo.ROWS, frame));
    });
  }

  private CompletionStage<Boolean> rows(
      int table,
      Rows rows,
      Function<ActorHandle<StandbyActor>, ObjectRef<Standbys.Outcome>> follow) {
    if (tables.tookBefore(table, rows.sender())) {
      return CompletableFuture.completedFuture(true);
    }
    var taken = tables.sparse(table).push(rows);
    return Boolean.TRUE.equals(taken.getNow(true)) ? after(standbys.tell(follow), taken) : taken;
  }

  /**
   * Gives rows, one after the other, when the worker may read them: {@code float[]} or
   * {@code double[]}, whichever the table has.
   */
  public CompletionStage<Object> pullRows(
      int table, long worker, int layout, long steps, long[] keys) {
    return guarded("pullRows", table, () -> {
      return tables.sparse(table).pull(worker, layout, steps, keys).thenApply(NumberArray::array);
    });
  }

  /**
   * Gradients of rows, the end of a step, and a pull of the same rows in one, as {@link #exchange};
   * null if the list of keys is not known, and then nothing has happened.
   */
  public CompletionStage<@Nullable Object> exchangeRows(int table, byte[] frame, long steps) {
    return guarded("exchangeRows", table, () -> {
      return exchanged(table, Rows.read(MemorySegment.ofArray(frame)), steps);
    });
  }

  /** As {@link #exchangeRows}, in store memory. */
  public CompletionStage<@Nullable Object> exchangeRowsLarge(int table, Tensor frame, long steps) {
    return guarded("exchangeRowsLarge", table, () -> {
      return exchanged(table, Rows.read(frame.segment()), steps);
    });
  }

  private CompletionStage<@Nullable Object> exchanged(int table, Rows pushed, long steps) {
    requireNotTakenBefore(table, pushed.sender());
    return tables
        .sparse(table)
        .exchange(pushed, steps)
        .thenApply(rows -> rows == null ? null : rows.array());
  }

  /** The rows here that most gradients are pushed for. */
  public List<HotRow> hotRows(int table, int most) {
    return guarded("hotRows", table, () -> {
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
    return guarded("hold", table, () -> {
      long applied = tables.get(table).applied();
      return after(
          make(new Change.Hold(table, applied)), CompletableFuture.completedFuture(applied));
    });
  }

  /** Applies the steps before that, and no further one; completes when they are. */
  public CompletionStage<Long> reach(int table, long step) {
    return guarded("reach", table, () -> {
      var told = make(new Change.Hold(table, step));
      return after(told, tables.get(table).reach(step).toCompletableFuture());
    });
  }

  /** Steps are applied as they end again. */
  public CompletionStage<@Nullable Void> release(int table) {
    return guarded("release", table, () -> {
      return make(new Change.Hold(table, Long.MAX_VALUE));
    });
  }

  // ---- checkpoints

  /**
   * Writes its part of a table into a draft of a checkpoint; completes when it is on the disk.
   *
   * @param draft the directory
   */
  public CompletionStage<io.mobula.ps.checkpoint.CheckpointPart> save(int table, String draft) {
    return guarded("save", table, () -> {
      var shard = tables.get(table);
      return Packing.save(shard, Path.of(draft), index, shard.firstItem(), shard.lastItem());
    });
  }

  // ---- moving

  /** Takes in nothing of a table any more, until the layout is settled. */
  public void freeze(int table) {
    guarded("freeze", table, () -> {
      tables.get(table).freeze();
      return null;
    });
  }

  /**
   * Sends what it has of a frozen table to those who are to have it.
   *
   * @param to the next layout
   */
  public CompletionStage<@Nullable Void> moveTo(int table, Layout to) {
    return guarded("moveTo", table, () -> {
      var shard = tables.get(table);
      var arrived = new ArrayList<CompletableFuture<?>>();
      for (int i = 0; i < to.size(); i++) {
        var part = new Part(to.version(), i, to.size());
        try (var block = Packing.store(runtime, shard, new Cut.For(part))) {
          var answer = runtime.remoteStage(
              to.shards().get(i).call(ShardActor::receive, shard.spec(), part, block));
          arrived.add(answer.toCompletableFuture().whenComplete((done, failed) -> answer.close()));
        }
      }
      return Standbys.allOf(arrived);
    });
  }

  /** Gets some of what it is to have in the next layout. */
  public CompletionStage<@Nullable Void> receive(TableSpec spec, Part part, Tensor block) {
    return this.<CompletionStage<@Nullable Void>>guarded("receive", spec.id(), () -> {
      tables.prepared(spec, part).adopt(Block.read(block.segment()), TableShard.Entry.MOVED);
      return CompletableFuture.completedFuture(null);
    });
  }

  /** All has come: gives the standbys a copy, so that it cannot be lost from now on. */
  public CompletionStage<@Nullable Void> received() {
    return copied();
  }

  /** The next layout is valid, or is not and all stays as it was. */
  public CompletionStage<@Nullable Void> moved(int layout, boolean valid) {
    return guarded("moved", ALL, () -> {
      return make(new Change.Move(layout, valid));
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
