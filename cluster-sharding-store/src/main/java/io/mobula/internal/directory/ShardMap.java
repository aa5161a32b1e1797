package io.mobula.internal.directory;

import io.mobula.ObjectId;

/**
 * Map from objects to the shards that have their records.
 *
 * @param shards number of shards, the same on all nodes
 */
record ShardMap(int shards) {
  ShardMap {
    if (shards < 1) {
      throw new IllegalArgumentException("A directory has at least one shard, not " + shards);
    }
  }

  /**
   * Returns whether the sending shard of the message exists here. Other nodes may be configured
   * with another number of shards.
   */
  boolean containsShardOf(DirectoryMessage message) {
    return !(message instanceof DirectoryMessage.FromShard said)
        || (said.shard() >= 0 && said.shard() < shards);
  }

  int shardOf(ObjectId id) {
    return (int) Math.floorMod(mixBits(id), (long) shards);
  }

  /**
   * Mixes an id into 64 evenly distributed bits, the same in every JVM (the finalizer of
   * MurmurHash3).
   */
  static long mixBits(ObjectId id) {
    return mixBits(id.node() * 31 + id.task() * 0x9E3779B97F4A7C15L + id.index());
  }

  static long mixBits(long bits) {
    bits = (bits ^ (bits >>> 33)) * 0xFF51AFD7ED558CCDL;
    bits = (bits ^ (bits >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return bits ^ (bits >>> 33);
  }
}
