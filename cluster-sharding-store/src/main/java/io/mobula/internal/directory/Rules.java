package io.mobula.internal.directory;

/**
 * What a shard goes by.
 *
 * @param map how objects are spread
 * @param pace how it talks
 * @param graceMillis how long the statements of a node that is gone count on, how long a new shard
 *     frees nothing, and how long somebody waits for an object of which nobody knows anything;
 *     longer than any message takes
 * @param lineageBytes how much lineage a shard keeps
 */
record Rules(ShardMap map, Pace pace, long graceMillis, long lineageBytes) {
  Rules {
    if (graceMillis < 0 || lineageBytes < 0) {
      throw new IllegalArgumentException(
          "Grace and bytes of lineage are not negative: " + graceMillis + ", " + lineageBytes);
    }
  }
}
