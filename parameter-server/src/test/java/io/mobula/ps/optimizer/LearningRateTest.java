package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearningRateTest {

  @Test
  void isItsBaseTimesTheFactorOfItsSchedule() {
    var rate = LearningRate.of(0.4).schedule(LearningRateSchedule.stepDecay(2, 0.5));

    assertThat(rate.at(2)).isEqualTo(0.4);
    assertThat(rate.at(3)).isEqualTo(0.2);
    assertThat(LearningRate.of(0.4).at(3)).isEqualTo(0.4);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1e-60, 1e60, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesARateThatIsNotAboveZero(double base) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.of(base))
        .withMessageContaining("rate=" + base)
        .withMessageContaining("above 0");
  }

  @Test
  void refusesAStepBeforeTheFirst() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.of(0.1).at(0))
        .withMessageContaining("step=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OptimizerStep(0, 0.1))
        .withMessageContaining("number=0");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY})
  void aStepRefusesARateThatGoesUpOrNowhere(double rate) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OptimizerStep(1, rate))
        .withMessageContaining("rate=" + rate);
  }

  @Test
  void aStepMayStayWhereItIs() {
    assertThat(new OptimizerStep(1, 0).rate()).isZero();
  }
}
