package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartitionTest {

  @Test
  void coversEveryIndexOnceAndEvenly() {
    var random = new Random(7);
    for (int round = 0; round < 1_000; round++) {
      int shards = 1 + random.nextInt(40);
      var partition = new Partition(shards + random.nextInt(10_000), shards);

      assertThat(partition.start(0)).isZero();
      assertThat(partition.start(shards)).isEqualTo(partition.size());
      int even = partition.size() / shards;
      for (int i = 0; i < shards; i++) {
        assertThat(partition.length(i)).as("%s, shard %d", partition, i).isBetween(even, even + 1);
      }
    }
  }

  @Test
  void putsSlicesBackWhereTheyWere() {
    var partition = new Partition(10, 3);
    float[] vector = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    var ranges = IntStream.range(0, 3).mapToObj(i -> partition.slice(vector, i)).toList();

    assertThat(partition.joined(ranges)).containsExactly(vector);
    ranges.getFirst()[0] = 9;
    assertThat(vector[0]).isZero();
  }

  @Test
  void copiesNothingForASingleShard() {
    var partition = new Partition(2, 1);
    float[] vector = {0, 1};

    assertThat(partition.slice(vector, 0)).isSameAs(vector);
    assertThat(partition.joined(List.of(vector))).isSameAs(vector);
  }

  @Test
  void doesNotOverflowWithTheLargestVector() {
    var partition = new Partition(Integer.MAX_VALUE, 64);

    assertThat(partition.start(63)).isPositive();
    assertThat(partition.start(64)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void refusesNoShardAndMoreShardsThanParameters() {
    assertThatThrownBy(() -> new Partition(5, 0)).hasMessageContaining("at least one");
    assertThatThrownBy(() -> new Partition(5, 6)).hasMessageContaining("Use fewer shards");
  }
}
