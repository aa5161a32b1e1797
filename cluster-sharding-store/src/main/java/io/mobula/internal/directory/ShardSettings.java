package io.mobula.internal.directory;

/**
 * What a shard goes by.
 *
 * @param map how objects are spread
 * @param messaging how it talks
 * @param graceMillis how long the statements of a node that is gone count on, how long a new shard
 *     frees nothing, and how long somebody waits for an object of which nobody knows anything;
 *     longer than any message takes
 * @param lineageBytes how much lineage a shard keeps
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
