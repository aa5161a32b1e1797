package io.mobula.ps;

import io.mobula.ps.error.KeyException;
import io.mobula.ps.internal.row.KeyHash;
import java.io.Serializable;

/**
 * Function from the keys of a sparse table to shards. Must be pure, and the same for all workers.
 */
@FunctionalInterface
public interface Partitioner extends Serializable {

  /**
   * Returns the index of the shard that holds a key.
   *
   * @return from 0 to below {@code shards}
   */
  int shardOf(long key, int shards);

  /** Returns a partitioner that spreads keys evenly by a hash. */
  static Partitioner hash() {
    return (key, shards) -> (int) ((KeyHash.mix(key) >>> 33) % shards);
  }

  /**
   * Returns a partitioner of consecutive key ranges of equal length: adjacent keys are mostly on
   * the same shard.
   *
   * @param from the lowest key
   * @param to one past the highest key
   */
  static Partitioner range(long from, long to) {
    if (to <= from) {
      throw new KeyException("Wanted keys from " + from + " to " + to + ": there are none.", null);
    }
    return (key, shards) -> {
      if (key < from || key >= to) {
        throw new KeyException(
            "Key " + key + " is none from " + from + " to " + to + " (exclusive).", null);
      }
      double share = ((double) key - from) / ((double) to - from);
      return Math.min(shards - 1, (int) (share * shards));
    };
  }
}
