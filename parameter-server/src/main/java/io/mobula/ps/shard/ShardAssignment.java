package io.mobula.ps.shard;

import io.mobula.ActorHandle;
import java.io.Serializable;
import java.util.List;

/**
 * What a shard hears from the {@link CatalogActor} when it is started.
 *
 * @param epoch grows with each start
 * @param tables those of which it has a part
 * @param part which
 * @param replicas those who have a copy of it
 */
public record ShardAssignment(
    int epoch, List<TableEntry> tables, TablePart part, List<ActorHandle<ReplicaActor>> replicas)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int STARTS = 1 << 20;

  /** Grows with each start of the shard, and with each life of the catalog that counts them. */
  static int epoch(int life, int starts) {
    return life * STARTS + starts;
  }

  /** Whether the shard had nothing before that it could have lost. */
  boolean isFirst() {
    return epoch == epoch(1, 1);
  }
}
