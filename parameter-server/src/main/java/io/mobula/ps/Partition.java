package io.mobula.ps;

import java.util.Arrays;

/**
 * How a vector is split into ranges, one per shard, in order and as even as can be. Pure
 * arithmetic.
 *
 * @param size how many parameters there are
 * @param shards how many ranges; none is empty
 */
record Partition(int size, int shards) {
  Partition {
    if (shards < 1) {
      throw new IllegalArgumentException(
          "Wanted " + shards + " shards: a table needs at least one.");
    }
    if (size < shards) {
      throw new IllegalArgumentException("Wanted " + size + " parameters on " + shards
          + " shards: a shard needs at least one. Use fewer shards.");
    }
  }

  /** The first index of a range. One past the last shard, it is the size. */
  int start(int shard) {
    return (int) ((long) size * shard / shards);
  }

  /** How many parameters a range has. */
  int length(int shard) {
    return start(shard + 1) - start(shard);
  }

  /** A copy of one range of the vector. */
  float[] slice(float[] vector, int shard) {
    return Arrays.copyOfRange(vector, start(shard), start(shard + 1));
  }

  /** Writes a range into its place in the vector. */
  void restore(float[] vector, int shard, float[] range) {
    System.arraycopy(range, 0, vector, start(shard), length(shard));
  }
}
