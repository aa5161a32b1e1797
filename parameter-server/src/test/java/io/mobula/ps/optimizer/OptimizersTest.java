package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizersTest {

  @Test
  void startWithTheSettingsOfTheirAuthors() {
    var rate = LearningRate.of(0.1);

    assertThat(Optimizers.sgd(0.1)).isEqualTo(new Sgd(rate, 0));
    assertThat(Optimizers.momentum(0.1, 0.9)).isEqualTo(new Momentum(rate, 0.9, false, 0));
    assertThat(Optimizers.nesterov(0.1, 0.9)).isEqualTo(new Momentum(rate, 0.9, true, 0));
    assertThat(Optimizers.adagrad(0.1)).isEqualTo(new AdaGrad(rate, 1e-10, 0, 0));
    assertThat(Optimizers.rmsProp(0.1)).isEqualTo(new RmsProp(rate, 0.9, 1e-8, 0));
    assertThat(Optimizers.adam(0.1))
        .isEqualTo(new Adam(rate, 0.9, 0.999, 1e-8, new WeightDecay(0, false)));
    assertThat(Optimizers.adamW(0.1, 0.01))
        .isEqualTo(new Adam(rate, 0.9, 0.999, 1e-8, new WeightDecay(0.01, true)));
    assertThat(Optimizers.ftrl(0.1, 1, 2, 3)).isEqualTo(new Ftrl(0.1, 1, 2, 3));
  }

  @Test
  void changeOneSettingAtATime() {
    var rate = LearningRate.of(0.1);

    assertThat(Optimizers.sgd(0.1).weightDecay(0.2)).isEqualTo(new Sgd(rate, 0.2));
    assertThat(Optimizers.nesterov(0.1, 0.9).weightDecay(0.2))
        .isEqualTo(new Momentum(rate, 0.9, true, 0.2));
    assertThat(Optimizers.adagrad(0.1).epsilon(1).initialSum(2).weightDecay(3))
        .isEqualTo(new AdaGrad(rate, 1, 2, 3));
    assertThat(Optimizers.rmsProp(0.1).decay(0.5).epsilon(1).weightDecay(3))
        .isEqualTo(new RmsProp(rate, 0.5, 1, 3));
    assertThat(Optimizers.adam(0.1).beta1(0.2).beta2(0.3).epsilon(4).weightDecay(5))
        .isEqualTo(new Adam(rate, 0.2, 0.3, 4, new WeightDecay(5, false)));
  }

  static List<Optimizer> scheduled() {
    var schedule = LearningRateSchedule.stepDecay(10, 0.5);
    return List.of(
        Optimizers.sgd(0.4).schedule(schedule),
        Optimizers.nesterov(0.4, 0.9).schedule(schedule),
        Optimizers.adagrad(0.4).schedule(schedule),
        Optimizers.rmsProp(0.4).schedule(schedule),
        Optimizers.adamW(0.4, 0.1).schedule(schedule));
  }

  @ParameterizedTest
  @MethodSource("scheduled")
  void haveTheRateOfTheirSchedule(Optimizer optimizer) {
    assertThat(optimizer.rateAt(10)).isEqualTo(0.4);
    assertThat(optimizer.rateAt(11)).isEqualTo(0.2);
    assertThatIllegalArgumentException().isThrownBy(() -> optimizer.rateAt(0));
  }

  static List<DoubleFunction<Optimizer>> rated() {
    return List.of(
        Optimizers::sgd,
        rate -> Optimizers.momentum(rate, 0.9),
        rate -> Optimizers.nesterov(rate, 0.9),
        Optimizers::adagrad,
        Optimizers::rmsProp,
        Optimizers::adam,
        rate -> Optimizers.adamW(rate, 0.1));
  }

  @ParameterizedTest
  @MethodSource("rated")
  void refuseARateThatIsNotAboveZero(DoubleFunction<Optimizer> optimizer) {
    for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> optimizer.apply(rate))
          .withMessageContaining("rate=" + rate);
    }
  }

  static List<Optimizer> patient() {
    var slower = LearningRateSchedule.cosine(2000, 0);
    return List.of(
        Optimizers.sgd(0.1),
        Optimizers.momentum(0.05, 0.9),
        Optimizers.nesterov(0.05, 0.9),
        Optimizers.adagrad(0.5),
        Optimizers.rmsProp(0.02).schedule(slower),
        Optimizers.adam(0.05).schedule(slower),
        Optimizers.adamW(0.05, 1e-6).schedule(slower),
        Optimizers.ftrl(1, 1, 0, 0));
  }

  @ParameterizedTest
  @MethodSource("patient")
  void findTheMinimumOfABowl(Optimizer optimizer) {
    float[] bottom = {-2, -0.5f, 0, 0.01f, 1, 3};
    float[] steepness = {0.5f, 2, 1, 0.7f, 0.5f, 1.5f};
    var weights = new float[6];
    var state = new float[optimizer.stateVectors()][6];
    var gradient = new float[6];
    for (int number = 1; number <= 2000; number++) {
      for (int i = 0; i < 6; i++) {
        gradient[i] = steepness[i] * (weights[i] - bottom[i]);
      }
      optimizer.update(
          new OptimizerStep(number, optimizer.rateAt(number)), weights, state, gradient, 6);
    }

    assertThat(weights).containsExactly(bottom, within(1e-3f));
  }
}
