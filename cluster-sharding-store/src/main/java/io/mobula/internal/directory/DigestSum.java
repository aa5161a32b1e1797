package io.mobula.internal.directory;

import io.mobula.ObjectId;

/** Sum over object ids and versions that does not depend on their order. */
final class DigestSum {
  private int count;
  private long hash;

  void add(ObjectId id, long version) {
    count++;
    hash ^= ShardMap.mixBits(ShardMap.mixBits(id) + version);
  }

  int count() {
    return count;
  }

  long hash() {
    return hash;
  }
}
