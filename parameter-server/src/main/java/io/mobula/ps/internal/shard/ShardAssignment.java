package io.mobula.ps.internal.shard;

import io.mobula.ActorHandle;
import java.io.Serializable;
import java.util.List;

/**
 * Assignment that a shard gets from the {@link CatalogActor} when it starts.
 *
 * @param epoch increases with each start of the shard
 * @param tables the tables that the shard has a part of
 * @param part the part of each table
 * @param replicas the replicas that may have a copy
 */
public record ShardAssignment(
    int epoch, List<TableEntry> tables, TablePart part, List<ActorHandle<ReplicaActor>> replicas)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int STARTS = 1 << 20;

  /**
   * Computes an epoch that increases with each start of the shard and with each life of the
   * catalog.
   */
  static int epoch(int life, int starts) {
    return life * STARTS + starts;
  }

  /** Returns a text that says which start of the shard an epoch stands for. */
  static String describe(int epoch) {
    return "start " + epoch % STARTS + " of the shard in life " + epoch / STARTS
        + " of the catalog";
  }

  /** Returns whether this is the shard's first start, with no data to recover. */
  boolean isFirst() {
    return epoch == epoch(1, 1);
  }
}
