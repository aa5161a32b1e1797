package io.mobula.ps.shard;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.NodeInfo;
import io.mobula.Tensor;
import io.mobula.ps.error.TableException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The actor that is one shard: its part of every table of a server, on a thread of its own, with
 * arguments that it borrows. Gradients and weights come and go as {@link Frame}s: in arrays where
 * they are small, in store memory where they are large.
 */
public final class ShardActor {
  private final MobulaRuntime runtime = Mobula.context().runtime();
  private final Map<Integer, TableShard> tables = new HashMap<>();

  /** Makes a range of a dense table, all zeros. */
  public void create(DenseSpec spec, int length) {
    tables.put(spec.id(), new DenseShard(runtime, spec, length));
  }

  /** Makes this shard's part of a sparse table, without rows. */
  public void createSparse(SparseSpec spec) {
    tables.put(spec.id(), new SparseShard(spec));
  }

  /** Sets some of a range's first weights; the frame is that of a push. */
  public void start(int table, byte[] frame) {
    dense(table).start(Frame.read(frame));
  }

  /** As {@link #start(int, byte[])}. */
  public void startLarge(int table, Tensor frame) {
    dense(table).start(Frame.read(frame.segment()));
  }

  private TableShard table(int id) {
    var found = tables.get(id);
    if (found == null) {
      throw new TableException(
          "There is no table " + id + " on this shard: it was dropped, or the shard was restarted.",
          null);
    }
    return found;
  }

  private DenseShard dense(int id) {
    return (DenseShard) table(id);
  }

  private SparseShard sparse(int id) {
    return (SparseShard) table(id);
  }

  /** Gives back all memory of a table. */
  public void drop(int table) {
    var dropped = tables.remove(table);
    if (dropped != null) {
      dropped.close();
    }
  }

  /** Gives back all memory of all tables. */
  public void close() {
    tables.values().forEach(TableShard::close);
    tables.clear();
  }

  // ---- workers

  /** A worker joins; gives how many steps it counts as having ended. */
  public long join(int table, long worker, int rank, NodeId node) {
    return table(table).join(worker, rank, node);
  }

  /** A worker leaves. */
  public void leave(int table, long worker) {
    var shard = tables.get(table);
    if (shard != null) {
      shard.leave(worker);
    }
  }

  /** A worker has ended that many steps. */
  public void clock(int table, long worker, long steps) {
    table(table).clock(worker, steps);
  }

  /**
   * Somebody has waited for long: looks which workers are dead or silent and goes on without them.
   * Gives their ranks.
   */
  public List<Integer> lookAround(int table, long patienceNanos) {
    var nodes = runtime.nodes().stream().map(NodeInfo::id).collect(Collectors.toSet());
    return table(table).evict(nodes, patienceNanos);
  }

  // ---- gradients and weights

  /** Takes in a gradient. */
  public CompletionStage<@Nullable Void> push(int table, byte[] frame) {
    return dense(table).push(Frame.read(frame));
  }

  /** Takes in a gradient that lies in store memory. */
  public CompletionStage<@Nullable Void> pushLarge(int table, Tensor frame) {
    return dense(table).push(Frame.read(frame.segment()));
  }

  /** Gives the weights, in a frame, when the worker may read them. */
  public CompletionStage<byte[]> pull(int table, long worker) {
    return dense(table).pull(worker);
  }

  /** As {@link #pull}, of a range that lies in store memory. */
  public CompletionStage<Tensor> pullLarge(int table, long worker) {
    return dense(table).pullLarge(worker);
  }

  /** A push, the end of a step and a pull in one. */
  public CompletionStage<byte[]> exchange(int table, byte[] frame, long steps) {
    var shard = dense(table);
    var pushed = Frame.read(frame);
    long worker = pushed.worker();
    var _ = shard.push(pushed);
    shard.clock(worker, steps);
    return shard.pull(worker);
  }

  /** As {@link #exchange}, of few bytes for a range that lies in store memory. */
  public CompletionStage<Tensor> exchangePacked(int table, byte[] frame, long steps) {
    return exchangeLarge(table, Frame.read(frame), steps);
  }

  /** As {@link #exchange}, of a range that lies in store memory. */
  public CompletionStage<Tensor> exchangeLarge(int table, Tensor frame, long steps) {
    return exchangeLarge(table, Frame.read(frame.segment()), steps);
  }

  private CompletionStage<Tensor> exchangeLarge(int table, Frame pushed, long steps) {
    var shard = dense(table);
    long worker = pushed.worker();
    var _ = shard.push(pushed);
    shard.clock(worker, steps);
    return shard.pullLarge(worker);
  }

  // ---- sparse tables

  /**
   * Takes in gradients of rows; false if they are of a list of keys that this shard does not know
   * (any more), and then nothing has happened.
   */
  public CompletionStage<Boolean> pushRows(int table, byte[] frame) {
    return sparse(table).push(Rows.read(MemorySegment.ofArray(frame)));
  }

  /** As {@link #pushRows}, in store memory. */
  public CompletionStage<Boolean> pushRowsLarge(int table, Tensor frame) {
    return sparse(table).push(Rows.read(frame.segment()));
  }

  /** Gives rows, one after the other, when the worker may read them. */
  public CompletionStage<float[]> pullRows(int table, long worker, long[] keys) {
    return sparse(table).pull(worker, keys);
  }

  /** How many rows a table has here. */
  public long rows(int table) {
    return sparse(table).rows();
  }

  // ---- reports

  /** How often the weights of a table were changed here. */
  public long updates(int table) {
    return table(table).updates();
  }

  /** What this shard has done for a table. */
  public ShardMetrics metrics(int table) {
    return table(table).metrics();
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
