package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MomentumTest {

  @Test
  void keepsVelocity() {
    var weight = new OneWeight(Optimizers.momentum(0.1, 0.5), 1);

    assertThat(weight.step(1)).isCloseTo(0.9, within(1e-15)); // v = 1
    assertThat(weight.step(1)).isCloseTo(0.75, within(1e-15)); // v = 1.5
    assertThat(weight.step(0)).isCloseTo(0.675, within(1e-15)); // v = 0.75
    assertThat(weight.state(0)).isEqualTo(0.75);
  }

  @Test
  void looksAheadAsNesterovDoes() {
    var weight = new OneWeight(Optimizers.nesterov(0.1, 0.5), 1);

    assertThat(weight.step(1)).isCloseTo(1 - 0.1 * (1 + 0.5), within(1e-15)); // v = 1
    assertThat(weight.step(1)).isCloseTo(0.85 - 0.1 * (1 + 0.75), within(1e-15)); // v = 1.5
    assertThat(weight.step(0)).isCloseTo(0.675 - 0.1 * 0.375, within(1e-15)); // v = 0.75
  }

  @Test
  void followsPolyaksFormula() {
    ReferenceFormula formula = (step, w, v, g) -> {
      v[0] = 0.8 * v[0] + g + 0.1 * w;
      return w - step.rate() * v[0];
    };
    formula.isFollowedBy(Optimizers.momentum(0.02, 0.8)
        .weightDecay(0.1)
        .schedule(LearningRateSchedule.stepDecay(5, 0.5)));
  }

  @Test
  void followsNesterovsFormulaAsPyTorchWritesIt() {
    ReferenceFormula formula = (step, w, v, g) -> {
      double decayed = g + 0.1 * w;
      v[0] = 0.8 * v[0] + decayed;
      return w - step.rate() * (decayed + 0.8 * v[0]);
    };
    formula.isFollowedBy(Optimizers.nesterov(0.02, 0.8)
        .weightDecay(0.1)
        .schedule(LearningRateSchedule.stepDecay(5, 0.5)));
  }

  /**
   * Compares with Sutskever's method: he takes gradients at his weights plus a velocity, which are
   * the weights here.
   */
  @Test
  void isWhereSutskeverTakesHisGradients() {
    double rate = 0.1;
    double kept = 0.9;
    var ours = new OneWeight(Optimizers.nesterov(rate, kept), 5);
    double theirs = 5;
    double velocity = 0;
    for (int i = 0; i < 30; i++) {
      double ahead = theirs + kept * velocity;
      assertThat(ours.weight()).as("before step %d", i).isCloseTo(ahead, within(1e-12));
      velocity = kept * velocity - rate * slope(ahead);
      theirs += velocity;
      ours.step(slope(ours.weight()));
    }
  }

  @Test
  void showsAChangeOfTheRateAtOnce() {
    var weight = new OneWeight(Optimizers.momentum(0.1, 0.5), 1);
    weight.step(1);

    assertThat(weight.step(0, 1)).isCloseTo(0.9 - 0.5, within(1e-15));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, -0.1, 0.999999999, Double.NaN})
  void refusesAMomentumThatNeverFadesOrIsNone(double momentum) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.nesterov(0.1, momentum))
        .withMessageContaining("momentum=" + momentum)
        .withMessageContaining("below 1");
  }

  private static double slope(double weight) {
    return 2 * (weight - 3);
  }
}
