package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SgdTest {

  @Test
  void goesDownTheGradientWithoutMomentum() {
    float[] weights = {1, -1};
    Sgd.of(0.5f).step(weights, new float[2], new float[] {2, -4});

    assertThat(weights).containsExactly(0, 1);
  }

  @Test
  void keepsVelocityAsPolyakWroteIt() {
    var sgd = new Sgd(0.1f, 0.5f);
    float[] weights = {1};
    float[] velocity = {0};
    sgd.step(weights, velocity, new float[] {1}); // v = -0.1, w = 0.9
    sgd.step(weights, velocity, new float[] {1}); // v = -0.15, w = 0.75
    sgd.step(weights, velocity, new float[] {0}); // v = -0.075, w = 0.675

    assertThat(weights[0]).isCloseTo(0.675f, within(1e-6f));
  }

  @Test
  void findsTheMinimumOfAParabola() {
    var sgd = new Sgd(0.05f, 0.9f);
    float[] weights = {10};
    float[] velocity = {0};
    for (int i = 0; i < 500; i++) {
      sgd.step(weights, velocity, new float[] {2 * (weights[0] - 3)});
    }

    assertThat(weights[0]).isCloseTo(3f, within(1e-3f));
  }

  @Test
  void refusesRatesThatCannotConverge() {
    assertThatThrownBy(() -> Sgd.of(0)).hasMessageContaining("learningRate=0.0");
    assertThatThrownBy(() -> Sgd.of(Float.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new Sgd(0.1f, 1)).hasMessageContaining("momentum=1.0");
    assertThatThrownBy(() -> new Sgd(0.1f, Float.NaN)).hasMessageContaining("momentum=NaN");
  }
}
