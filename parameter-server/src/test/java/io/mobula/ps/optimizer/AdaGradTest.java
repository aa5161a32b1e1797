package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdaGradTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.001, -0.5, 40})
  void firstMovesByTheRateWhateverTheGradient(double gradient) {
    var weight = new OneWeight(Optimizers.adagrad(0.1), 0);

    assertThat(weight.step(gradient)).isCloseTo(-0.1 * Math.signum(gradient), within(1e-7));
  }

  @Test
  void slowsDownWithTheRootOfItsSteps() {
    var weight = new OneWeight(Optimizers.adagrad(1), 0);
    double before = 0;
    for (int n = 1; n <= 9; n++) {
      double after = weight.step(3);
      assertThat(before - after).as("step %d", n).isCloseTo(1 / Math.sqrt(n), within(1e-9));
      before = after;
    }
  }

  @Test
  void followsTheFormulaOfDuchiAndOthers() {
    ReferenceFormula formula = (step, w, sum, g) -> {
      double decayed = g + 0.05 * w;
      sum[0] += decayed * decayed;
      return w - step.rate() * decayed / (Math.sqrt(sum[0]) + 1e-3);
    };
    formula.isFollowedBy(Optimizers.adagrad(0.1)
        .epsilon(1e-3)
        .weightDecay(0.05)
        .schedule(LearningRateSchedule.exponential(0.95)));
  }

  @Test
  void startsFromTheInitialSum() {
    var weight = new OneWeight(Optimizers.adagrad(0.1).initialSum(9), 0);

    assertThat(weight.step(4)).isCloseTo(-0.1 * 4 / 5, within(1e-9));
    assertThat(weight.step(12)).isCloseTo(-0.08 - 0.1 * 12 / 13, within(1e-9));
  }

  @Test
  void refusesWhatWouldDivideByZero() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.adagrad(0.1).epsilon(0))
        .withMessageContaining("epsilon=0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.adagrad(0.1).epsilon(1e-50))
        .withMessageContaining("epsilon=1.0E-50")
        .withMessageContaining("as a float");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.adagrad(0.1).initialSum(-1))
        .withMessageContaining("initialSum=-1.0");
  }
}
