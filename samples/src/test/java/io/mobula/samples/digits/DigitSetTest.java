package io.mobula.samples.digits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DigitSetTest {
  private static final DigitSet ALL = DigitSet.load();

  @Test
  void readsEveryImageAndLabel() {
    assertThat(ALL.count()).isEqualTo(1797);
    for (float pixel : ALL.pixels()) {
      assertThat(pixel).isBetween(0f, 1f);
    }
    var perDigit = new int[DigitSet.CLASSES];
    IntStream.range(0, ALL.count()).forEach(row -> perDigit[ALL.label(row)]++);
    assertThat(perDigit).containsExactly(178, 182, 177, 183, 181, 182, 181, 179, 174, 180);
  }

  @Test
  void splitsEveryImageToOneSideAndTheSameWayForASeed() {
    var split = ALL.split(0.8, 3);
    assertThat(split.train().count()).isEqualTo(1437);
    assertThat(split.test().count()).isEqualTo(360);
    assertThat(sum(split.train()) + sum(split.test())).isEqualTo(sum(ALL));

    assertThat(ALL.split(0.8, 3).test().pixels()).containsExactly(split.test().pixels());
    assertThat(ALL.split(0.8, 4).test().pixels()).isNotEqualTo(split.test().pixels());
  }

  /** Returns the sum of all pixels, which is exact, since every pixel is a multiple of 1/16. */
  private static double sum(DigitSet set) {
    return IntStream.range(0, set.pixels().length)
        .mapToDouble(i -> set.pixels()[i])
        .sum();
  }

  @Test
  void sharesAllRowsAmongWorkers() {
    for (int workers = 1; workers < 12; workers++) {
      int of = workers;
      int[] rows = IntStream.range(0, workers)
          .flatMap(i ->
              Arrays.stream(new DigitsWorker.ImagePartition(i, of, 1).rows(101, new Random(1))))
          .sorted()
          .toArray();
      assertThat(rows).containsExactly(IntStream.range(0, 101).toArray());
    }
  }

  @Test
  void namesTheLineAtFault() {
    assertThatThrownBy(() -> DigitSet.parse(List.of("1,2,3")))
        .hasMessageContaining("Line 1 has 3 numbers");
    var wrongLabel = "0,".repeat(DigitSet.PIXELS) + "10";
    assertThatThrownBy(() -> DigitSet.parse(List.of(wrongLabel)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
