package io.mobula.samples.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchSamplerTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 16, 17, 64, 65, 1000, 4097})
  void permutes(int size) {
    for (long seed = 0; seed < 5; seed++) {
      var order = new Permutation(size, seed);
      var numbers = IntStream.range(0, size).map(order::at).sorted();
      assertThat(numbers)
          .as("seed %d", seed)
          .containsExactlyElementsOf(() -> IntStream.range(0, size).iterator());
    }
  }

  /**
   * Checks that an order looks random: of 1000 numbers in random order about one is at its own
   * position, and about one follows its predecessor.
   */
  @Test
  void leavesNoOrderThatOneCouldSee() {
    var order = new Permutation(1000, 11);
    int[] numbers = IntStream.range(0, 1000).map(order::at).toArray();
    assertThat(IntStream.range(0, 1000).filter(i -> numbers[i] == i).count()).isLessThan(8);
    assertThat(IntStream.range(1, 1000)
            .filter(i -> numbers[i] == numbers[i - 1] + 1)
            .count())
        .isLessThan(8);
  }

  @ParameterizedTest
  @CsvSource({"1,10", "2,5", "5,2", "10,1", "4,25"})
  void takesEveryExampleOnceAnEpoch(int workers, int size) {
    var batches = new BatchSampler(workers, size, 100, 7);
    assertThat(batches.stepsPerEpoch()).isEqualTo(100 / (workers * size));
    for (long epoch = 0; epoch < 3; epoch++) {
      long from = epoch * batches.stepsPerEpoch();
      assertThat(rows(batches, from, from + batches.stepsPerEpoch()).sorted())
          .containsExactlyElementsOf(() -> IntStream.range(0, 100).iterator());
    }
  }

  /** Checks batches of 7 x 9 examples, which divide no epoch, so that batches cross epochs. */
  @Test
  void staysFairWhereAStepCrossesEpochs() {
    var batches = new BatchSampler(7, 9, 100, 7);
    var times = new int[100];
    rows(batches, 0, 100).forEach(row -> times[row]++);
    assertThat(times).containsOnly(63);
  }

  @Test
  void ordersEachEpochAnew() {
    var batches = new BatchSampler(1, 100, 100, 7);
    assertThat(batches.batch(0, 0)).isNotEqualTo(batches.batch(1, 0));
  }

  @Test
  void isAFunctionOfItsArguments() {
    var batches = new BatchSampler(3, 8, 1000, 5);
    assertThat(batches.batch(12, 2)).containsExactly(new BatchSampler(3, 8, 1000, 5).batch(12, 2));
    assertThat(batches.batch(12, 2)).isNotEqualTo(new BatchSampler(3, 8, 1000, 6).batch(12, 2));
    assertThat(batches.batch(12, 2)).isNotEqualTo(batches.batch(12, 1));
  }

  @Test
  void sharesTheSameStepAmongAnyNumberOfWorkers() {
    int[] alone = new BatchSampler(1, 24, 1000, 5).batch(3, 0);
    assertThat(rows(new BatchSampler(4, 6, 1000, 5), 3, 4)).containsExactly(boxed(alone));
    assertThat(rows(new BatchSampler(24, 1, 1000, 5), 3, 4)).containsExactly(boxed(alone));
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> new BatchSampler(0, 1, 1, 1)).hasMessageContaining("0 workers");
    assertThatThrownBy(() -> new BatchSampler(2, 1, 1, 1).batch(0, 2))
        .hasMessageContaining("worker 2");
    assertThatThrownBy(() -> new Permutation(0, 1)).hasMessageContaining("0 numbers");
  }

  private static IntStream rows(BatchSampler batches, long from, long to) {
    return LongStream.range(from, to)
        .boxed()
        .flatMap(
            step -> IntStream.range(0, batches.workers()).mapToObj(r -> batches.batch(step, r)))
        .flatMapToInt(Arrays::stream);
  }

  private static Integer[] boxed(int[] numbers) {
    return Arrays.stream(numbers).boxed().toArray(Integer[]::new);
  }
}
