package io.mobula.ps.internal.shard;

import io.mobula.NodeId;
import io.mobula.ps.internal.clock.WorkerClock;
import java.io.Serializable;
import java.util.List;

/** Change of a shard other than a gradient, as it is sent to the replicas. */
public sealed interface ShardChange extends Serializable {
  /** Creation of a part of a table. */
  record Create(TableSpec table, TablePart part) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** Removal of a whole table. */
  record Drop(int table) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** Arrival of a new worker. */
  record Join(int table, long worker, int rank, NodeId node) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** Return of a worker that the shard had lost. */
  record Rejoin(int table, WorkerClock mark) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** Departure of a worker after that many steps. */
  record Leave(int table, long worker, int layout, long steps) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** Count of the steps that a worker has ended. */
  record Clock(int table, long worker, int layout, long steps) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** Eviction of dead or unresponsive workers. */
  record Evict(int table, List<WorkerClock> gone) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** Limit beyond which no step is applied. */
  record Hold(int table, long step) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** End of a move: the prepared layout is valid or is dropped. */
  record Move(int layout, boolean valid) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }
}
