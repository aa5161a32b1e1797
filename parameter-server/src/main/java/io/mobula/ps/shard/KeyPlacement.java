package io.mobula.ps.shard;

import java.io.Serializable;

/** Function from the keys of a sparse table to shards. Must be pure, and the same everywhere. */
@FunctionalInterface
public interface KeyPlacement extends Serializable {
  /**
   * Returns the index of the shard that holds a key.
   *
   * @return from 0 to below {@code shards}
   */
  int shardOf(long key, int shards);
}
