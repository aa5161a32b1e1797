package io.mobula.ps.internal.shard;

import io.mobula.ps.error.TableException;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Partition of a vector into consecutive ranges, one for each shard. Immutable; pure arithmetic.
 */
public final class RangePartition implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long MAX_LENGTH = 1L << 30;

  private final long[] starts; // the first index of each range, then the size of the vector

  private RangePartition(long[] starts) {
    this.starts = starts;
    for (int i = 0; i + 1 < starts.length; i++) {
      long length = starts[i + 1] - starts[i];
      if (starts[0] != 0 || length < 1 || length > MAX_LENGTH) {
        throw new TableException(
            "A table of " + starts[starts.length - 1] + " parameters cannot be partitioned at "
                + Arrays.toString(starts) + ": every shard needs from 1 to " + MAX_LENGTH
                + " of them, in order. Use another number of shards.",
            null);
      }
    }
  }

  /** Returns a partition into ranges whose lengths differ by at most 1. */
  public static RangePartition even(long size, int shards) {
    if (shards < 1 || size < shards) {
      throw new TableException(
          "Wanted " + size + " parameters on " + shards
              + " shards: there must be one shard at least, and one parameter for each. Use fewer shards.",
          null);
    }
    var starts = new long[shards + 1];
    for (int i = 0; i <= shards; i++) {
      starts[i] = size / shards * i + Math.min(i, size % shards);
    }
    return new RangePartition(starts);
  }

  /** Returns the number of ranges. */
  public int shards() {
    return starts.length - 1;
  }

  /** Returns the length of the vector. */
  public long size() {
    return starts[shards()];
  }

  /** Returns the first index of a shard's range. */
  public long start(int shard) {
    return starts[shard];
  }

  /** Returns the length of a shard's range. */
  public int length(int shard) {
    return (int) (starts[shard + 1] - starts[shard]);
  }

  /** Returns the shard whose range contains an index. */
  public int shardOf(long index) {
    int at = Arrays.binarySearch(starts, index);
    return at >= 0 ? at : -at - 2;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RangePartition that && Arrays.equals(starts, that.starts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(starts);
  }

  @Override
  public String toString() {
    return "RangePartition" + Arrays.toString(starts);
  }
}
