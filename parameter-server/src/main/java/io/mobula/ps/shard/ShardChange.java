package io.mobula.ps.shard;

import io.mobula.NodeId;
import io.mobula.ps.clock.WorkerClock;
import java.io.Serializable;
import java.util.List;

/** What changes a shard besides gradients, as its standbys hear of it. */
public sealed interface ShardChange extends Serializable {
  /** It gets a part of a table. */
  record Create(TableSpec table, TablePart part) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** A table is no more. */
  record Drop(int table) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** A worker joins. */
  record Join(int table, long worker, int rank, NodeId node) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** A worker comes back. */
  record Rejoin(int table, WorkerClock mark) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** A worker leaves after so many steps. */
  record Leave(int table, long worker, int layout, long steps) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** A worker has ended so many steps. */
  record Clock(int table, long worker, int layout, long steps) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** Workers are dead or silent. */
  record Evict(int table, List<WorkerClock> gone) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** No step beyond that is applied. */
  record Hold(int table, long step) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }

  /** A layout is valid for which parts were prepared, or is not. */
  record Move(int layout, boolean valid) implements ShardChange {
    private static final long serialVersionUID = 1L;
  }
}
