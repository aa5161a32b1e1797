package io.mobula.ps;

import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.shard.SparseSpec;
import java.lang.foreign.MemorySegment;

/** Partition of a list of keys by shard, with the position of each key in the list. */
final class KeyPartition {
  private final long[][] keys;
  private final int[][] positions; // by shard; null entries where one shard has all keys

  private KeyPartition(long[][] keys, int[][] places) {
    this.keys = keys;
    this.positions = places;
  }

  static KeyPartition of(long[] list, SparseSpec table, int shards) {
    if (shards == 1) {
      return new KeyPartition(new long[][] {list}, new int[1][]);
    }
    var shardOf = new int[list.length];
    var counts = new int[shards];
    for (int i = 0; i < list.length; i++) {
      int shard = table.shardOf(list[i], shards);
      shardOf[i] = shard;
      counts[shard]++;
    }
    var keys = new long[shards][];
    var places = new int[shards][];
    for (int shard = 0; shard < shards; shard++) {
      keys[shard] = new long[counts[shard]];
      places[shard] = new int[counts[shard]];
    }
    var next = new int[shards];
    for (int i = 0; i < list.length; i++) {
      int shard = shardOf[i];
      int at = next[shard]++;
      keys[shard][at] = list[i];
      places[shard][at] = i;
    }
    return new KeyPartition(keys, places);
  }

  /** Refuses keys for which the partitioner gives no valid shard. */
  static void require(long[] list, SparseSpec table, int shards) {
    for (long key : list) {
      var _ = table.shardOf(key, shards);
    }
  }

  int count(int shard) {
    return keys[shard].length;
  }

  long[] keys(int shard) {
    return keys[shard];
  }

  /** Copies the gradients of a shard's keys into contiguous memory. */
  void gather(int shard, NumberArray gradients, MemorySegment into, int width) {
    if (keys.length == 1) {
      into.copyFrom(gradients.memory());
    } else {
      gradients.gather(positions[shard], width, into);
    }
  }

  /** Copies a shard's rows to the positions of their keys in the list. */
  void scatter(int shard, NumberArray rows, NumberArray into, int width) {
    if (keys.length == 1) {
      rows.copy(0, into, 0, into.length());
    } else {
      rows.scatter(positions[shard], width, into);
    }
  }
}
