package io.mobula.ps.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;

/** Published update rule for one weight: in doubles, number by number, with its branches. */
@FunctionalInterface
interface ReferenceFormula {
  int SEEDS = 5;
  int STEPS = 25;
  int WEIGHTS = 37;

  /** Returns the next weight; updates the state in place. */
  double next(OptimizerStep step, double weight, double[] state, double gradient);

  /** Compares the optimizer with this rule on random gradients, in floats and doubles. */
  default void isFollowedBy(Optimizer optimizer) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      var random = new Random(seed);
      var floats = new float[WEIGHTS];
      var floatState = new float[optimizer.stateVectors()][WEIGHTS];
      var doubles = new double[WEIGHTS];
      var doubleState = new double[optimizer.stateVectors()][WEIGHTS];
      var wanted = new double[WEIGHTS];
      var wantedState = new double[WEIGHTS][optimizer.stateVectors()];
      for (long number = 1; number <= STEPS; number++) {
        var step = new OptimizerStep(number, optimizer.rateAt(number));
        float[] gradient = gradient(random);
        double[] same = widened(gradient);
        optimizer.update(step, floats, floatState, gradient, WEIGHTS);
        optimizer.update(step, doubles, doubleState, same, WEIGHTS);
        Arrays.setAll(wanted, i -> next(step, wanted[i], wantedState[i], same[i]));
      }
      assertThat(doubles).as("doubles of seed %d", seed).containsExactly(wanted, within(1e-12));
      assertThat(widened(floats))
          .as("floats of seed %d", seed)
          .containsExactly(wanted, within(2e-5));
    }
  }

  /** Returns a gradient with numbers of small to large size, some of them 0. */
  private static float[] gradient(Random random) {
    var gradient = new float[WEIGHTS];
    for (int i = 0; i < WEIGHTS; i++) {
      double size = Math.pow(10, random.nextInt(-2, 2));
      gradient[i] = random.nextInt(8) == 0 ? 0 : (float) (size * random.nextGaussian());
    }
    return gradient;
  }

  private static double[] widened(float[] numbers) {
    var widened = new double[numbers.length];
    Arrays.setAll(widened, i -> numbers[i]);
    return widened;
  }
}
