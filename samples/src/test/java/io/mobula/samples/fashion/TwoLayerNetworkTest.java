package io.mobula.samples.fashion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TwoLayerNetworkTest {
  private static final long SEED = 5;
  private static final FashionSet NOISE = noise(80);

  /** Compares the gradient with central differences; in float, so with a tolerance for rounding. */
  @ParameterizedTest
  @ValueSource(ints = {1, 8, 33})
  void givesTheGradientThatDifferencesGive(int hidden) {
    var network = new TwoLayerNetwork(hidden);
    var parameters = network.initial(SEED);
    var gradient = new float[network.size()];
    int[] batch = {3, 14, 15};
    network.gradient(parameters, NOISE, batch, gradient);

    var random = new Random(SEED);
    for (int round = 0; round < 300; round++) {
      int i = picked(random, hidden, network.size());
      assertThat((double) gradient[i])
          .as("seed %d, parameter %d", SEED, i)
          .isCloseTo(slope(network, parameters, batch, i), within(2e-3));
    }
  }

  /** Picks a parameter: in half of the cases one of the few that are not weights of pixels. */
  private static int picked(Random random, int hidden, int size) {
    int upper = (1 + hidden) * FashionSet.CLASSES;
    return random.nextBoolean() ? random.nextInt(size) : size - 1 - random.nextInt(upper);
  }

  private static double slope(TwoLayerNetwork network, float[] parameters, int[] batch, int i) {
    float step = 1e-3f;
    return (lossAt(network, parameters, batch, i, step)
            - lossAt(network, parameters, batch, i, -step))
        / (2 * step);
  }

  private static double lossAt(
      TwoLayerNetwork network, float[] parameters, int[] batch, int i, float step) {
    float[] moved = parameters.clone();
    moved[i] += step;
    return network.gradient(moved, NOISE, batch, new float[moved.length]);
  }

  @Test
  void ignoresWhatWasThereBefore() {
    var used = new TwoLayerNetwork(8);
    float[] parameters = used.initial(SEED);
    var clean = new float[used.size()];
    var dirty = new float[used.size()];
    Arrays.fill(dirty, 7);
    used.gradient(parameters, NOISE, IntStream.range(0, 80).toArray(), dirty);
    int[] batch = {0, 1};

    assertThat(used.gradient(parameters, NOISE, batch, dirty))
        .isEqualTo(new TwoLayerNetwork(8).gradient(parameters, NOISE, batch, clean));
    assertThat(dirty).isEqualTo(clean);
  }

  @Test
  void isTheMeanOfItsParts() {
    var network = new TwoLayerNetwork(8);
    float[] parameters = network.initial(SEED);
    float[] whole = gradient(network, parameters, 0, 70);
    float[] first = gradient(network, parameters, 0, 35);
    float[] second = gradient(network, parameters, 35, 70);
    for (int i = 0; i < whole.length; i++) {
      whole[i] -= (first[i] + second[i]) / 2;
    }
    assertThat(largest(first)).isGreaterThan(1e-2);
    assertThat(largest(whole)).isLessThan(1e-5);
  }

  private static double largest(float[] numbers) {
    return IntStream.range(0, numbers.length)
        .mapToDouble(i -> Math.abs(numbers[i]))
        .max()
        .orElseThrow();
  }

  private static float[] gradient(TwoLayerNetwork network, float[] parameters, int from, int to) {
    var gradient = new float[network.size()];
    network.gradient(parameters, NOISE, IntStream.range(from, to).toArray(), gradient);
    return gradient;
  }

  @Test
  void startsSmallAndTheSameForASeed() {
    var network = new TwoLayerNetwork();
    float[] initial = network.initial(SEED);
    assertThat(initial).hasSize(101_770).isEqualTo(network.initial(SEED));
    assertThat(initial).isNotEqualTo(network.initial(SEED + 1));
    assertThat(largest(initial)).isBetween(0.1, 1.0);
  }

  @Test
  void countsWhatItGetsRight() {
    var network = new TwoLayerNetwork(4);
    var parameters = new float[network.size()];
    int biasOfClassThree = network.size() - 5 * FashionSet.CLASSES + 3;
    parameters[biasOfClassThree] = 1;
    double threes =
        IntStream.range(0, NOISE.count()).filter(row -> NOISE.label(row) == 3).count();
    assertThat(network.accuracy(parameters, NOISE)).isEqualTo(threes / NOISE.count());
  }

  @Test
  void staysFiniteWhenItIsSure() {
    float[] scores = {-1e30f, 0, 200, 1e30f};
    assertThat(SoftmaxLoss.toErrors(scores, 3, 1)).isZero();
    assertThat(scores).containsExactly(0, 0, 0, 0);
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> new TwoLayerNetwork(0)).hasMessageContaining("0 hidden units");
    assertThatThrownBy(() -> FashionSet.of(new float[5], new byte[1]))
        .hasMessageContaining("784 pixels, not 5");
  }

  private static FashionSet noise(int count) {
    var random = new Random(SEED);
    var pixels = new float[count * FashionSet.PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(0, random.nextFloat() * 2 - 1);
    }
    var labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) random.nextInt(FashionSet.CLASSES);
    }
    return FashionSet.of(pixels, labels);
  }
}
