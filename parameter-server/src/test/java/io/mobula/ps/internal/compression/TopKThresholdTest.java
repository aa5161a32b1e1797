package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopKThresholdTest {
  private static final int LENGTH = 700;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void choosesWhatSortingWould(long seed) {
    var random = new Random(seed);
    check(seed, CompressionSamples.normal(random, LENGTH));
    check(seed, ofAnyMagnitude(random));
    check(seed, withManyTies(random));
    check(seed, withSameHighBits(random));
  }

  private static void check(long seed, float[] numbers) {
    for (int count : new int[] {1, 2, 10, LENGTH / 2, LENGTH - 1, LENGTH}) {
      var chosen = new int[count];
      int found = TopKThreshold.of(numbers, count).choose(numbers, chosen);
      int[] inOrder = Arrays.copyOf(chosen, found);

      assertThat(inOrder).as("seed %d", seed).isSorted().doesNotHaveDuplicates();
      assertThat(magnitudes(numbers, inOrder))
          .as("seed %d, %d of %d", seed, count, LENGTH)
          .containsExactly(largest(numbers, count));
    }
  }

  private static float[] magnitudes(float[] numbers, int[] indices) {
    var magnitudes = new float[indices.length];
    for (int i = 0; i < indices.length; i++) {
      magnitudes[i] = Math.abs(numbers[indices[i]]);
    }
    Arrays.sort(magnitudes);
    return magnitudes;
  }

  private static float[] largest(float[] numbers, int count) {
    var sorted = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      sorted[i] = Math.abs(numbers[i]);
    }
    Arrays.sort(sorted);
    int first = LENGTH - count;
    while (first < LENGTH && sorted[first] == 0) {
      first++;
    }
    return Arrays.copyOfRange(sorted, first, LENGTH);
  }

  private static float[] ofAnyMagnitude(Random random) {
    var numbers = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      float any = Float.intBitsToFloat(random.nextInt());
      numbers[i] = Float.isFinite(any) ? any : 0;
    }
    return numbers;
  }

  private static float[] withManyTies(Random random) {
    var numbers = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      numbers[i] = random.nextInt(7) - 3;
    }
    return numbers;
  }

  private static float[] withSameHighBits(Random random) {
    var numbers = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      numbers[i] = Float.intBitsToFloat(Float.floatToRawIntBits(1) + random.nextInt(1 << 12));
    }
    return numbers;
  }
}
