package io.mobula.ps;

import io.mobula.ps.error.KeyException;
import io.mobula.ps.shard.KeyPlacement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Which keys of a list go to which shard, and where they stood in it. */
final class Shares {
  private final long[][] keys;
  private final int[][] places; // in the list; none where one shard has all

  private Shares(long[][] keys, int[][] places) {
    this.keys = keys;
    this.places = places;
  }

  static Shares of(long[] list, KeyPlacement placement, int shards) {
    if (shards == 1) {
      return new Shares(new long[][] {list}, new int[1][]);
    }
    var shardOf = new int[list.length];
    var counts = new int[shards];
    for (int i = 0; i < list.length; i++) {
      int shard = placement.shardOf(list[i], shards);
      if (shard < 0 || shard >= shards) {
        throw new KeyException(
            "The partitioner gives shard " + shard + " for key " + list[i] + ": there are " + shards
                + ", from 0.",
            null);
      }
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
    return new Shares(keys, places);
  }

  int count(int shard) {
    return keys[shard].length;
  }

  long[] keys(int shard) {
    return keys[shard];
  }

  /** Copies the gradients of a shard's keys, one after the other. */
  void gather(int shard, float[] gradients, MemorySegment into, int width) {
    int[] at = places[shard];
    if (keys.length == 1) {
      MemorySegment.copy(gradients, 0, into, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, gradients.length);
      return;
    }
    for (int i = 0; i < at.length; i++) {
      MemorySegment.copy(
          gradients,
          at[i] * width,
          into,
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          (long) i * width * Float.BYTES,
          width);
    }
  }

  /** Copies a shard's rows to where their keys stood in the list. */
  void scatter(int shard, float[] rows, float[] into, int width) {
    if (keys.length == 1) {
      System.arraycopy(rows, 0, into, 0, into.length);
      return;
    }
    int[] at = places[shard];
    for (int i = 0; i < at.length; i++) {
      System.arraycopy(rows, i * width, into, at[i] * width, width);
    }
  }
}
