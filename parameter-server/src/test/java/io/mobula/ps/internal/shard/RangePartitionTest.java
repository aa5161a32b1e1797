package io.mobula.ps.internal.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.error.TableException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangePartitionTest {
  @Test
  void rangesFollowEachOtherAndDifferByOneAtMost() {
    var random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      int shards = 1 + random.nextInt(40);
      long size = shards + (i % 2 == 0 ? random.nextInt(100) : random.nextLong(1L << 30));
      var rangePartition = RangePartition.even(size, shards);
      long next = 0;
      for (int shard = 0; shard < shards; shard++) {
        assertThat(rangePartition.start(shard)).isEqualTo(next);
        assertThat((long) rangePartition.length(shard)).isBetween(size / shards, size / shards + 1);
        assertThat(rangePartition.shardOf(next)).isEqualTo(shard);
        next += rangePartition.length(shard);
        assertThat(rangePartition.shardOf(next - 1)).isEqualTo(shard);
      }
      assertThat(next).isEqualTo(size).isEqualTo(rangePartition.size());
    }
  }

  @Test
  void refusesMoreShardsThanParametersAndNone() {
    assertThatThrownBy(() -> RangePartition.even(3, 4))
        .isInstanceOf(TableException.class)
        .hasMessageContaining("Use fewer shards");
    assertThatThrownBy(() -> RangePartition.even(3, 0)).isInstanceOf(TableException.class);
    assertThatThrownBy(() -> RangePartition.even(1L << 40, 1))
        .isInstanceOf(TableException.class)
        .hasMessageContaining("another number of shards");
  }
}
