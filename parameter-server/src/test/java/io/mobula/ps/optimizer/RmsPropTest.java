package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RmsPropTest {

  @Test
  void followsTheFormulaOfTielemanAndHinton() {
    ReferenceFormula formula = (step, w, mean, g) -> {
      double decayed = g + 0.05 * w;
      mean[0] = 0.7 * mean[0] + 0.3 * decayed * decayed;
      return w - step.rate() * decayed / (Math.sqrt(mean[0]) + 1e-3);
    };
    formula.isFollowedBy(Optimizers.rmsProp(0.01)
        .decay(0.7)
        .epsilon(1e-3)
        .weightDecay(0.05)
        .schedule(LearningRateSchedule.cosine(20, 0.1)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, -7})
  void firstMovesByTheSameWhateverTheGradient(double gradient) {
    var weight = new OneWeight(Optimizers.rmsProp(0.1).decay(0.75), 0);

    assertThat(weight.step(gradient)).isCloseTo(-0.2 * Math.signum(gradient), within(1e-6));
  }

  @Test
  void movesByTheRateOnceGradientsHaveBeenTheSameForLong() {
    var weight = new OneWeight(Optimizers.rmsProp(0.1), 0);
    for (int i = 0; i < 400; i++) {
      weight.step(-5);
    }
    double before = weight.weight();

    assertThat(weight.step(-5) - before).isCloseTo(0.1, within(1e-9));
  }

  @Test
  void refusesAMeanThatTakesNothingIn() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.rmsProp(0.1).decay(1))
        .withMessageContaining("decay=1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.rmsProp(0.1).epsilon(-1))
        .withMessageContaining("epsilon=-1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.rmsProp(0.1).weightDecay(Double.NaN))
        .withMessageContaining("weightDecay=NaN");
  }
}
