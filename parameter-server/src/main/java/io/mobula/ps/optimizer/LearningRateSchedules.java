package io.mobula.ps.optimizer;

import java.util.Objects;

/**
 * Implementations of {@link LearningRateSchedule}: records, so that they can be compared and
 * printed.
 */
final class LearningRateSchedules {
  private LearningRateSchedules() {}

  record Constant() implements LearningRateSchedule {
    @Override
    public double factorAt(long step) {
      return 1;
    }
  }

  record StepDecay(long every, double factor) implements LearningRateSchedule {
    StepDecay {
      HyperparameterChecks.requireAtLeastOne("every", every);
      HyperparameterChecks.requireFraction("factor", factor);
    }

    @Override
    public double factorAt(long step) {
      long stairs = (step - 1) / every;
      return Math.pow(factor, (double) stairs);
    }
  }

  record Exponential(double decayPerStep) implements LearningRateSchedule {
    Exponential {
      HyperparameterChecks.requireFraction("decayPerStep", decayPerStep);
    }

    @Override
    public double factorAt(long step) {
      return Math.pow(decayPerStep, (double) (step - 1));
    }
  }

  record Cosine(long steps, double floor) implements LearningRateSchedule {
    Cosine {
      HyperparameterChecks.requireAtLeastOne("steps", steps);
      HyperparameterChecks.requireFraction("floor", floor);
    }

    @Override
    public double factorAt(long step) {
      double gone = Math.min(step - 1, steps) / (double) steps;
      return floor + (1 - floor) * (1 + Math.cos(Math.PI * gone)) / 2;
    }
  }

  record InverseSquareRoot(long warmUpSteps) implements LearningRateSchedule {
    InverseSquareRoot {
      HyperparameterChecks.requireAtLeastOne("warmUpSteps", warmUpSteps);
    }

    @Override
    public double factorAt(long step) {
      double warmth = step / (double) warmUpSteps;
      return Math.min(warmth, 1 / Math.sqrt(warmth));
    }
  }

  record WarmUp(LearningRateSchedule schedule, long steps) implements LearningRateSchedule {
    WarmUp {
      Objects.requireNonNull(schedule, "schedule");
      HyperparameterChecks.requireAtLeastOne("steps", steps);
    }

    @Override
    public double factorAt(long step) {
      return Math.min(1, step / (double) steps) * schedule.factorAt(step);
    }
  }
}
