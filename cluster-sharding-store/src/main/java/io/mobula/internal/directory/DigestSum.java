package io.mobula.internal.directory;

import io.mobula.ObjectId;

/** A sum over ids and versions in which the order does not matter. */
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
