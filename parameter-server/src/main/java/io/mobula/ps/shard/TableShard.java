package io.mobula.ps.shard;

import io.mobula.NodeId;
import io.mobula.ps.clock.Consistency;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One shard's part of a table, as far as all kinds of tables are alike: workers join, end steps and
 * leave. One thread.
 */
abstract sealed class TableShard permits DenseShard, SparseShard {
  final Traffic traffic = new Traffic();
  final Gate gate;

  TableShard(String table, Consistency rule) {
    this.gate = new Gate(table, rule, traffic);
  }

  /** A worker joins; gives how many steps it counts as having ended. */
  final long join(long worker, int rank, NodeId node) {
    long ended = gate.clocks().join(worker, rank, node, System.nanoTime());
    settle();
    return ended;
  }

  final void leave(long worker) {
    gate.clocks().leave(worker);
    settle();
  }

  /** A worker has ended that many steps. */
  final void clock(long worker, long steps) {
    gate.enter(worker);
    gate.clocks().end(worker, steps, System.nanoTime());
    settle();
  }

  /** Goes on without the dead and the silent; gives their ranks. */
  final List<Integer> evict(@Nullable Set<NodeId> nodes, long patienceNanos) {
    var gone = gate.clocks().evict(nodes, patienceNanos, System.nanoTime());
    settle();
    return gone;
  }

  /** Applies the steps that all have ended, and answers those who may read now. */
  private void settle() {
    long slowest = gate.clocks().slowest();
    finishBefore(slowest);
    gate.open(slowest);
  }

  /** Applies what was kept for the steps before that. */
  abstract void finishBefore(long step);

  /** How often the weights were changed. */
  abstract long updates();

  /** Gives memory back. */
  abstract void close();

  /** What has happened here so far. */
  final ShardMetrics metrics() {
    return traffic.metrics(updates(), gate.waiting(), gate.clocks().size());
  }
}
