package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdamTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.001, -0.5, 40})
  void firstMovesByTheRateWhateverTheGradient(double gradient) {
    var weight = new OneWeight(Optimizers.adam(0.1), 0);

    assertThat(weight.step(gradient)).isCloseTo(-0.1 * Math.signum(gradient), within(2e-6));
  }

  @Test
  void movesByTheRateWhileGradientsAreTheSame() {
    var weight = new OneWeight(Optimizers.adam(0.1), 0);
    for (int t = 1; t <= 50; t++) {
      assertThat(weight.step(2)).as("step %d", t).isCloseTo(-0.1 * t, within(1e-6));
    }
  }

  @Test
  void followsTheFormulaOfKingmaAndBa() {
    formula(0.8, 0.95, 1e-3, 0, 0)
        .isFollowedBy(Optimizers.adam(0.02)
            .beta1(0.8)
            .beta2(0.95)
            .epsilon(1e-3)
            .schedule(LearningRateSchedule.exponential(0.95)));
  }

  @Test
  void followsItWithTheUsualSettings() {
    formula(0.9, 0.999, 1e-8, 0, 0).isFollowedBy(Optimizers.adam(0.01));
  }

  @Test
  void addsCoupledDecayToTheGradient() {
    formula(0.9, 0.999, 1e-8, 0.3, 0).isFollowedBy(Optimizers.adam(0.01).weightDecay(0.3));
  }

  @Test
  void followsTheFormulaOfLoshchilovAndHutter() {
    formula(0.9, 0.999, 1e-8, 0, 0.3)
        .isFollowedBy(Optimizers.adamW(0.01, 0.3).schedule(LearningRateSchedule.stepDecay(3, 0.7)));
  }

  @Test
  void tellsTheTwoDecaysApart() {
    var coupled = new OneWeight(Optimizers.adam(0.1).weightDecay(0.01), 1);
    var decoupled = new OneWeight(Optimizers.adamW(0.1, 0.01), 1);

    assertThat(coupled.step(0)).isCloseTo(1 - 0.1, within(1e-6));
    assertThat(decoupled.step(0)).isEqualTo(1 - 0.1 * 0.01);
  }

  @Test
  void keepsItsKindOfDecay() {
    assertThat(Optimizers.adamW(0.1, 0.01).weightDecay(0.2)).isEqualTo(Optimizers.adamW(0.1, 0.2));
    assertThat(Optimizers.adam(0.1).weightDecay(0.2)).isNotEqualTo(Optimizers.adamW(0.1, 0.2));
  }

  @Test
  void correctsNothingAfterVeryManySteps() {
    double[] weight = {0};
    double[][] state = {{2}, {16}};
    Optimizers.adam(0.1)
        .update(new OptimizerStep(Long.MAX_VALUE, 0.1), weight, state, new double[] {2}, 1);

    assertThat(weight[0]).isCloseTo(-0.1 * 2 / Math.sqrt(0.999 * 16 + 0.001 * 4), within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, -0.1, 1.5, Double.NaN})
  void refusesMeansThatTakeNothingIn(double beta) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.adam(0.1).beta1(beta))
        .withMessageContaining("beta1=" + beta);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.adam(0.1).beta2(beta))
        .withMessageContaining("beta2=" + beta);
  }

  @Test
  void refusesAnEpsilonOfZeroAndADecayBelowIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.adam(0.1).epsilon(0))
        .withMessageContaining("epsilon=0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.adamW(0.1, -1))
        .withMessageContaining("weightDecay=-1.0");
  }

  /** Returns algorithm 1 of the first paper with algorithm 2 of the second, line by line. */
  private static ReferenceFormula formula(
      double beta1, double beta2, double epsilon, double coupled, double decoupled) {
    return (step, w, state, gradient) -> {
      double g = gradient + coupled * w;
      state[0] = beta1 * state[0] + (1 - beta1) * g;
      state[1] = beta2 * state[1] + (1 - beta2) * g * g;
      double mean = state[0] / (1 - Math.pow(beta1, step.number()));
      double square = state[1] / (1 - Math.pow(beta2, step.number()));
      return w - step.rate() * (mean / (Math.sqrt(square) + epsilon) + decoupled * w);
    };
  }
}
