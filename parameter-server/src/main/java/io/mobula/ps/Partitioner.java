package io.mobula.ps;

import io.mobula.ps.error.KeyException;
import io.mobula.ps.row.KeyHash;
import io.mobula.ps.shard.KeyPlacement;

/** Which shard has a key of a sparse table. Pure, and the same for all workers. */
@FunctionalInterface
public interface Partitioner extends KeyPlacement {

  /**
   * The shard of a key.
   *
   * @return from 0 to below {@code shards}
   */
  @Override
  int shardOf(long key, int shards);

  /** Spreads keys evenly, whatever they are. */
  static Partitioner hash() {
    return (key, shards) -> (int) ((KeyHash.mix(key) >>> 33) % shards);
  }

  /**
   * Ranges of equal length, in order: keys that are near each other are on one shard.
   *
   * @param from the lowest key
   * @param to one past the highest
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
