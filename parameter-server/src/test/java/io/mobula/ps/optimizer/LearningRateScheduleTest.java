package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearningRateScheduleTest {

  @Test
  void aConstantStaysAtOne() {
    assertFactors(LearningRateSchedule.constant(), at(1, 1), at(Long.MAX_VALUE, 1));
  }

  @Test
  void stairsGoDownAfterEverySoManyUpdates() {
    assertFactors(
        LearningRateSchedule.stepDecay(10, 0.5),
        at(1, 1),
        at(10, 1),
        at(11, 0.5),
        at(20, 0.5),
        at(21, 0.25),
        at(Long.MAX_VALUE, 0));
  }

  @Test
  void stairsOfOneUpdateAreExponential() {
    for (long step = 1; step < 20; step++) {
      assertThat(LearningRateSchedule.stepDecay(1, 0.9).factorAt(step))
          .isEqualTo(LearningRateSchedule.exponential(0.9).factorAt(step));
    }
  }

  @Test
  void exponentialDecayMultipliesAfterEachUpdate() {
    assertFactors(
        LearningRateSchedule.exponential(0.9), at(1, 1), at(2, 0.9), at(3, 0.81), at(4, 0.729));
    assertThat(LearningRateSchedule.exponential(0.9999).factorAt(6932))
        .isCloseTo(0.5, within(1e-4));
  }

  @Test
  void aCosineGoesFromOneToItsFloorAndStaysThere() {
    assertFactors(
        LearningRateSchedule.cosine(100, 0.2),
        at(1, 1),
        at(26, 0.6 + 0.4 * Math.sqrt(0.5)),
        at(51, 0.6),
        at(101, 0.2),
        at(102, 0.2),
        at(Long.MAX_VALUE, 0.2));
  }

  @Test
  void theInverseSquareRootPeaksAtTheEndOfItsWarmUp() {
    assertFactors(
        LearningRateSchedule.inverseSquareRoot(4), at(1, 0.25), at(3, 0.75), at(4, 1), at(16, 0.5));
    assertFactors(LearningRateSchedule.inverseSquareRoot(1), at(1, 1), at(4, 0.5), at(100, 0.1));
  }

  @Test
  void aWarmUpGoesUpInALine() {
    assertFactors(
        LearningRateSchedule.constant().warmUp(4),
        at(1, 0.25),
        at(2, 0.5),
        at(3, 0.75),
        at(4, 1),
        at(5, 1));
    assertFactors(LearningRateSchedule.constant().warmUp(1), at(1, 1), at(2, 1));
  }

  @Test
  void aWarmUpIsInsideOfTheScheduleThatItWarms() {
    var cosine = LearningRateSchedule.cosine(100, 0.2);
    var warmed = cosine.warmUp(10);

    assertFactors(warmed, at(1, 0.1), at(5, 0.5 * cosine.factorAt(5)), at(101, 0.2));
    for (long step = 10; step < 120; step++) {
      assertThat(warmed.factorAt(step)).isEqualTo(cosine.factorAt(step));
    }
  }

  @Test
  void onesOwnMayBeALambda() {
    LearningRateSchedule own = step -> 1.0 / step;

    assertThat(LearningRate.of(0.4).schedule(own.warmUp(4)).at(2)).isEqualTo(0.4 * 0.5 * 0.5);
  }

  @Test
  void thoseMadeAlikeAreEqual() {
    assertThat(LearningRateSchedule.cosine(100, 0.2).warmUp(3))
        .isEqualTo(LearningRateSchedule.cosine(100, 0.2).warmUp(3));
    assertThat(LearningRateSchedule.cosine(100, 0.2))
        .isNotEqualTo(LearningRateSchedule.cosine(100, 0.1));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void refusesFactorsThatAreNotFromZeroToOne(double factor) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.stepDecay(10, factor))
        .withMessageContaining("factor=" + factor);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.exponential(factor))
        .withMessageContaining("decayPerStep=" + factor);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.cosine(10, factor))
        .withMessageContaining("floor=" + factor);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void refusesTimesBelowOneUpdate(long steps) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.stepDecay(steps, 0.5))
        .withMessageContaining("every=" + steps);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.cosine(steps, 0))
        .withMessageContaining("steps=" + steps);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.inverseSquareRoot(steps))
        .withMessageContaining("warmUpSteps=" + steps);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.constant().warmUp(steps))
        .withMessageContaining("steps=" + steps);
  }

  private record Point(long step, double factor) {}

  private static Point at(long step, double factor) {
    return new Point(step, factor);
  }

  private static void assertFactors(LearningRateSchedule schedule, Point... points) {
    for (Point point : points) {
      assertThat(schedule.factorAt(point.step))
          .as("%s at %d", schedule, point.step)
          .isCloseTo(point.factor, within(1e-12));
    }
  }
}
