package io.mobula.ps;

import java.util.Arrays;
import java.util.List;

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

  /** One range of the vector: a copy, or the vector itself if that is the only one. */
  float[] slice(float[] vector, int shard) {
    return shards == 1 ? vector : Arrays.copyOfRange(vector, start(shard), start(shard + 1));
  }

  /** The vector made of all ranges, in order: a copy, or the only range itself. */
  float[] joined(List<float[]> ranges) {
    if (shards == 1) {
      return ranges.getFirst();
    }
    var vector = new float[size];
    for (int i = 0; i < shards; i++) {
      System.arraycopy(ranges.get(i), 0, vector, start(i), length(i));
    }
    return vector;
  }
}
