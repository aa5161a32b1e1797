package io.mobula.internal.directory;

/**
 * Settings that all shards share.
 *
 * @param map distribution of the objects over the shards
 * @param messaging limits and intervals of messages
 * @param graceMillis how long the statements of a node that has left still count, how long a new
 *     shard frees nothing, and how long a query waits for an object of which nothing is known;
 *     longer than any message takes
 * @param lineageBytes maximum size of all lineage that one shard keeps
 */
record ShardSettings(
    ShardMap map, MessagingSettings messaging, long graceMillis, long lineageBytes) {
  ShardSettings {
    if (graceMillis < 0 || lineageBytes < 0) {
      throw new IllegalArgumentException(
          "Grace and bytes of lineage are not negative: " + graceMillis + ", " + lineageBytes);
    }
  }
}
