package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of the contract of all optimizers. */
class OptimizerTest {
  private static final int SIZE = 2000;

  static List<Optimizer> all() {
    return List.of(
        Optimizers.sgd(0.1).weightDecay(0.01),
        Optimizers.momentum(0.1, 0.9),
        Optimizers.nesterov(0.1, 0.9).weightDecay(0.01),
        Optimizers.adagrad(0.1).initialSum(0.1),
        Optimizers.rmsProp(0.1),
        Optimizers.adam(0.1).weightDecay(0.01),
        Optimizers.adamW(0.1, 0.01).schedule(LearningRateSchedule.cosine(10, 0).warmUp(2)),
        Optimizers.ftrl(0.1, 1, 0, 0.1));
  }

  @ParameterizedTest
  @MethodSource("all")
  void updatesBlockByBlockAsItUpdatesAWhole(Optimizer optimizer) {
    var whole = Floats.random(optimizer, 1);
    var inBlocks = Floats.random(optimizer, 1);
    for (int number = 1; number <= 3; number++) {
      var step = new OptimizerStep(number, 0.1);
      float[] gradient = randomFloats(number);
      optimizer.update(step, whole.weights, whole.state, gradient, SIZE);
      for (int at = 0; at < SIZE; at += 700) {
        int count = Math.min(700, SIZE - at);
        float[] block = Arrays.copyOfRange(gradient, at, at + count);
        inBlocks.update(optimizer, step, at, block);
      }
    }

    assertThat(inBlocks.weights).isEqualTo(whole.weights);
    assertThat(inBlocks.state).isDeepEqualTo(whole.state);
  }

  @ParameterizedTest
  @MethodSource("all")
  void updatesBlocksOfDoublesAsItUpdatesAWhole(Optimizer optimizer) {
    var whole = Doubles.random(optimizer, 1);
    var inBlocks = Doubles.random(optimizer, 1);
    double[] gradient = widened(randomFloats(3));
    var step = new OptimizerStep(1, 0.1);
    optimizer.update(step, whole.weights, whole.state, gradient, SIZE);
    for (int at = 0; at < SIZE; at += 700) {
      int count = Math.min(700, SIZE - at);
      double[] block = Arrays.copyOfRange(gradient, at, at + count);
      inBlocks.update(optimizer, step, at, block);
    }

    assertThat(inBlocks.weights).isEqualTo(whole.weights);
    assertThat(inBlocks.state).isDeepEqualTo(whole.state);
  }

  @ParameterizedTest
  @MethodSource("all")
  void touchesNothingBeyondTheCountAndNotTheGradient(Optimizer optimizer) {
    var before = Floats.random(optimizer, 2);
    var after = Floats.random(optimizer, 2);
    float[] gradient = randomFloats(3);
    optimizer.update(new OptimizerStep(1, 0.1), after.weights, after.state, gradient, 20);

    assertThat(gradient).isEqualTo(randomFloats(3));
    assertChangedOnlyBefore20(before.weights, after.weights);
    for (int s = 0; s < optimizer.stateVectors(); s++) {
      assertChangedOnlyBefore20(before.state[s], after.state[s]);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void movesFloatsAsItMovesDoubles(Optimizer optimizer) {
    var floats = Floats.random(optimizer, 4);
    var doubles = Doubles.random(optimizer, 4);
    for (int number = 1; number <= 10; number++) {
      var step = new OptimizerStep(number, optimizer.rateAt(number));
      float[] gradient = randomFloats(number);
      optimizer.update(step, floats.weights, floats.state, gradient, SIZE);
      optimizer.update(step, doubles.weights, doubles.state, widened(gradient), SIZE);
    }

    assertThat(widened(floats.weights)).containsExactly(doubles.weights, within(1e-4));
  }

  @ParameterizedTest
  @MethodSource("all")
  void staysAtZeroWhileGradientsAreZero(Optimizer optimizer) {
    var weights = new float[SIZE];
    var state = new float[optimizer.stateVectors()][SIZE];
    for (int number = 1; number <= 3; number++) {
      optimizer.update(new OptimizerStep(number, 0.1), weights, state, new float[SIZE], SIZE);
    }

    assertThat(weights).isEqualTo(new float[SIZE]);
  }

  static Stream<Optimizer> rated() {
    return all().stream().filter(optimizer -> !(optimizer instanceof Ftrl));
  }

  @ParameterizedTest
  @MethodSource("rated")
  void keepsWeightsAtARateOfZero(Optimizer optimizer) {
    var kept = Floats.random(optimizer, 5);
    optimizer.update(new OptimizerStep(2, 0), kept.weights, kept.state, randomFloats(1), SIZE);

    assertThat(kept.weights).isEqualTo(Floats.random(optimizer, 5).weights);
  }

  @ParameterizedTest
  @MethodSource("all")
  void isTheSameAfterATrip(Optimizer optimizer) throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(optimizer);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(optimizer);
    }
  }

  @Test
  void onesOwnIsOneMore() {
    var weight = new OneWeight(new SignDescent(0.25), 1);

    assertThat(weight.step(-17)).isEqualTo(1.25);
  }

  private static void assertChangedOnlyBefore20(float[] before, float[] after) {
    assertThat(Arrays.copyOfRange(after, 20, SIZE)).isEqualTo(Arrays.copyOfRange(before, 20, SIZE));
    for (int i = 0; i < 20; i++) {
      assertThat(after[i]).as("at %d", i).isNotEqualTo(before[i]);
    }
  }

  private static float[] randomFloats(long seed) {
    var random = new Random(seed);
    var numbers = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private static double[] widened(float[] numbers) {
    var widened = new double[numbers.length];
    Arrays.setAll(widened, i -> numbers[i]);
    return widened;
  }

  private record Floats(float[] weights, float[][] state) {
    /** Creates random weights with positive state, as sums of squares are. */
    static Floats random(Optimizer optimizer, long seed) {
      var state = new float[optimizer.stateVectors()][];
      for (int s = 0; s < state.length; s++) {
        state[s] = randomFloats(seed + 100 + s);
        for (int i = 0; i < SIZE; i++) {
          state[s][i] = Math.abs(state[s][i]);
        }
      }
      return new Floats(randomFloats(seed), state);
    }

    /** Updates the numbers from {@code at} on, as many as the gradient has. */
    void update(Optimizer optimizer, OptimizerStep step, int at, float[] gradient) {
      int count = gradient.length;
      float[] some = Arrays.copyOfRange(weights, at, at + count);
      float[][] states = Stream.of(state)
          .map(vector -> Arrays.copyOfRange(vector, at, at + count))
          .toArray(float[][]::new);
      optimizer.update(step, some, states, gradient, count);
      System.arraycopy(some, 0, weights, at, count);
      for (int s = 0; s < states.length; s++) {
        System.arraycopy(states[s], 0, state[s], at, count);
      }
    }
  }

  private record Doubles(double[] weights, double[][] state) {
    static Doubles random(Optimizer optimizer, long seed) {
      var floats = Floats.random(optimizer, seed);
      return new Doubles(
          widened(floats.weights),
          Stream.of(floats.state).map(OptimizerTest::widened).toArray(double[][]::new));
    }

    /** Updates the numbers from {@code at} on, as many as the gradient has. */
    void update(Optimizer optimizer, OptimizerStep step, int at, double[] gradient) {
      int count = gradient.length;
      double[] some = Arrays.copyOfRange(weights, at, at + count);
      double[][] states = Stream.of(state)
          .map(vector -> Arrays.copyOfRange(vector, at, at + count))
          .toArray(double[][]::new);
      optimizer.update(step, some, states, gradient, count);
      System.arraycopy(some, 0, weights, at, count);
      for (int s = 0; s < states.length; s++) {
        System.arraycopy(states[s], 0, state[s], at, count);
      }
    }
  }
}
