package io.mobula.ps.shard;

import java.io.Serializable;

/** Which shard has a key of a sparse table. Pure, and the same for all who ask. */
@FunctionalInterface
public interface KeyPlacement extends Serializable {
  /**
   * The shard of a key.
   *
   * @return from 0 to below {@code shards}
   */
  int shardOf(long key, int shards);
}
