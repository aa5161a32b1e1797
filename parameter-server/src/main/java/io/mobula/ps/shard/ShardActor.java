package io.mobula.ps.shard;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.NodeInfo;
import io.mobula.Tensor;
import io.mobula.ps.error.TableException;
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
  private final Map<Integer, DenseShard> dense = new HashMap<>();

  /** Makes a range of a dense table, all zeros. */
  public void create(DenseSpec spec, int length) {
    dense.put(spec.id(), new DenseShard(runtime, spec, length));
  }

  /** Sets some of a range's first weights; the frame is that of a push. */
  public void start(int table, byte[] frame) {
    dense(table).start(Frame.read(frame));
  }

  /** As {@link #start(int, byte[])}. */
  public void startLarge(int table, Tensor frame) {
    dense(table).start(Frame.read(frame.segment()));
  }

  private DenseShard dense(int table) {
    var found = dense.get(table);
    if (found == null) {
      throw new TableException(
          "There is no table " + table
              + " on this shard: it was dropped, or the shard was restarted.",
          null);
    }
    return found;
  }

  /** Gives back all memory of a table. */
  public void drop(int table) {
    var dropped = dense.remove(table);
    if (dropped != null) {
      dropped.close();
    }
  }

  /** Gives back all memory of all tables. */
  public void close() {
    dense.values().forEach(DenseShard::close);
    dense.clear();
  }

  // ---- workers

  /** A worker joins; gives how many steps it counts as having ended. */
  public long join(int table, long worker, int rank, NodeId node) {
    var shard = dense(table);
    long ended = shard.clocks().join(worker, rank, node, System.nanoTime());
    shard.settle();
    return ended;
  }

  /** A worker leaves. */
  public void leave(int table, long worker) {
    var shard = dense.get(table);
    if (shard != null) {
      shard.clocks().leave(worker);
      shard.settle();
    }
  }

  /** A worker has ended that many steps. */
  public void clock(int table, long worker, long steps) {
    dense(table).clock(worker, steps);
  }

  /**
   * Somebody has waited for long: looks which workers are dead or silent and goes on without them.
   * Gives their ranks.
   */
  public List<Integer> lookAround(int table, long patienceNanos) {
    var shard = dense(table);
    var nodes = runtime.nodes().stream().map(NodeInfo::id).collect(Collectors.toSet());
    var gone = shard.clocks().evict(nodes, patienceNanos, System.nanoTime());
    shard.settle();
    return gone;
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
    var shard = dense(table);
    return shard.pull(worker, shard::small);
  }

  /** As {@link #pull}, of a range that lies in store memory. */
  public CompletionStage<Tensor> pullLarge(int table, long worker) {
    var shard = dense(table);
    return shard.pull(worker, shard::large);
  }

  /** A push, the end of a step and a pull in one. */
  public CompletionStage<byte[]> exchange(int table, byte[] frame, long steps) {
    var shard = dense(table);
    var pushed = Frame.read(frame);
    long worker = pushed.worker();
    var _ = shard.push(pushed);
    shard.clock(worker, steps);
    return shard.pull(worker, shard::small);
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
    return shard.pull(worker, shard::large);
  }

  // ---- reports

  /** How often the weights of a table were changed here. */
  public long updates(int table) {
    return dense(table).updates();
  }

  /** What this shard has done for a table. */
  public ShardMetrics metrics(int table) {
    return dense(table).metrics();
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
