package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SgdTest {

  @Test
  void goesDownTheGradient() {
    float[] weights = {1, -1};
    Optimizers.sgd(0.5)
        .update(new OptimizerStep(1, 0.5), weights, new float[0][], new float[] {2, -4}, 2);

    assertThat(weights).containsExactly(0, 1);
  }

  @Test
  void addsTheDecayOfAWeightToItsGradient() {
    var decaying = new OneWeight(Optimizers.sgd(0.5).weightDecay(0.1), 2);

    assertThat(decaying.step(1)).isCloseTo(2 - 0.5 * (1 + 0.2), within(1e-15));
  }

  @Test
  void followsItsFormula() {
    ReferenceFormula formula = (step, w, state, g) -> w - step.rate() * (g + 0.2 * w);
    formula.isFollowedBy(
        Optimizers.sgd(0.05).weightDecay(0.2).schedule(LearningRateSchedule.exponential(0.9)));
  }

  @Test
  void goesAsFarAsItsStepSays() {
    var weight = new OneWeight(Optimizers.sgd(0.5), 0);

    assertThat(weight.step(1, 0.125)).isEqualTo(-0.125);
  }

  @Test
  void refusesADecayBelowZero() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.sgd(0.1).weightDecay(-0.1))
        .withMessageContaining("weightDecay=-0.1");
  }
}
