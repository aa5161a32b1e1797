package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FtrlTest {

  @Test
  void followsTheAlgorithmOfMcMahanAndOthers() {
    algorithm(0.5, 1, 0.7, 0.2).isFollowedBy(Optimizers.ftrl(0.5, 1, 0.7, 0.2));
    algorithm(0.1, 0.5, 0, 0).isFollowedBy(Optimizers.ftrl(0.1, 0.5, 0, 0));
  }

  @Test
  void isWorkedByHand() {
    var weight = new OneWeight(Optimizers.ftrl(0.5, 1, 1, 2), 0);

    // z = 3, n = 9: -(3 - 1) / ((1 + 3) / 0.5 + 2)
    assertThat(weight.step(3)).isCloseTo(-0.2, within(1e-15));
    // sigma = (5 - 3) / 0.5 = 4, z = 3 - 4 + 4 * 0.2 = -0.2, below l1
    assertThat(weight.step(-4)).isEqualTo(0.0);
    assertThat(weight.state(0)).isCloseTo(-0.2, within(1e-15));
    assertThat(weight.state(1)).isEqualTo(25);
  }

  /** Verifies the identity that the paper starts from. */
  @Test
  void withoutPenaltiesIsDescentWithARatePerWeight() {
    var weight = new OneWeight(Optimizers.ftrl(0.3, 1, 0, 0), 0);
    var random = new Random(11);
    double descended = 0;
    double sum = 0;
    for (int i = 0; i < 40; i++) {
      double gradient = random.nextGaussian();
      sum += gradient * gradient;
      descended -= 0.3 / (1 + Math.sqrt(sum)) * gradient;
      assertThat(weight.step(gradient)).as("step %d", i).isCloseTo(descended, within(1e-12));
    }
  }

  @Test
  void keepsWeightsAtZeroUntilTheirGradientsAddUpToMoreThanL1() {
    var weight = new OneWeight(Optimizers.ftrl(0.1, 1, 2, 0), 0);

    assertThat(weight.step(1.5)).isEqualTo(0.0);
    assertThat(weight.step(0.5)).isEqualTo(0.0);
    assertThat(weight.step(0.1)).isNegative();
  }

  @Test
  void sparesWhatIsNoiseAndKeepsWhatIsNot() {
    float[] noisy = trained(Optimizers.ftrl(0.1, 1, 30, 0));
    float[] dense = trained(Optimizers.ftrl(0.1, 1, 0, 0));

    assertThat(zeros(dense)).isZero();
    assertThat(zeros(noisy)).isEqualTo(90);
    for (int i = 0; i < 10; i++) {
      assertThat(noisy[i]).as("weight %d", i).isNegative();
    }
  }

  @Test
  void pullsTowardsZeroWithL2() {
    double free = new OneWeight(Optimizers.ftrl(0.1, 1, 0, 0), 0).step(1);
    double pulled = new OneWeight(Optimizers.ftrl(0.1, 1, 0, 20), 0).step(1);

    assertThat(pulled).isCloseTo(free / 2, within(1e-15));
  }

  @Test
  void losesWhatWeightsStartAs() {
    assertThat(new OneWeight(Optimizers.ftrl(0.1, 1, 0, 0), 7).step(0)).isEqualTo(0.0);
  }

  @Test
  void looksAtAlphaAndNotAtTheRateOfTheStep() {
    var optimizer = Optimizers.ftrl(0.1, 1, 0, 0);

    assertThat(optimizer.rateAt(1)).isEqualTo(0.1);
    assertThat(optimizer.rateAt(1_000_000)).isEqualTo(0.1);
    assertThat(new OneWeight(optimizer, 0).step(1, 5))
        .isEqualTo(new OneWeight(optimizer, 0).step(1, 0))
        .isCloseTo(-0.05, within(1e-15));
  }

  @Test
  void refusesWhatWouldDivideByZeroAndNegativePenalties() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.ftrl(0, 1, 0, 0))
        .withMessageContaining("alpha=0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.ftrl(0.1, 0, 0, 0))
        .withMessageContaining("beta=0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.ftrl(0.1, 1, -1, 0))
        .withMessageContaining("l1=-1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizers.ftrl(0.1, 1, 0, Double.POSITIVE_INFINITY))
        .withMessageContaining("l2=Infinity");
  }

  /** Trains 100 weights, the first 10 with gradients around 1, the others around 0. */
  private static float[] trained(Optimizer optimizer) {
    var random = new Random(5);
    var weights = new float[100];
    var state = new float[optimizer.stateVectors()][100];
    for (int t = 1; t <= 200; t++) {
      var gradient = new float[100];
      for (int i = 0; i < 100; i++) {
        gradient[i] = (float) (0.5 * random.nextGaussian() + (i < 10 ? 1 : 0));
      }
      optimizer.update(new OptimizerStep(t, optimizer.rateAt(t)), weights, state, gradient, 100);
    }
    return weights;
  }

  private static int zeros(float[] weights) {
    int zeros = 0;
    for (float weight : weights) {
      zeros += weight == 0 ? 1 : 0;
    }
    return zeros;
  }

  /** Returns algorithm 1, with the update of one round before the prediction of the next. */
  private static ReferenceFormula algorithm(double alpha, double beta, double l1, double l2) {
    return (step, w, state, g) -> {
      double sigma = (Math.sqrt(state[1] + g * g) - Math.sqrt(state[1])) / alpha;
      state[0] += g - sigma * w;
      state[1] += g * g;
      double z = state[0];
      if (Math.abs(z) <= l1) {
        return 0;
      }
      return -(z - Math.signum(z) * l1) / ((beta + Math.sqrt(state[1])) / alpha + l2);
    };
  }
}
