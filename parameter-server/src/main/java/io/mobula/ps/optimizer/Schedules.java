package io.mobula.ps.optimizer;

import java.util.Objects;

/** The schedules that {@link Schedule} makes: records, so that they compare and print. */
final class Schedules {
  private Schedules() {}

  record Constant() implements Schedule {
    @Override
    public double factorAt(long step) {
      return 1;
    }
  }

  record StepDecay(long every, double factor) implements Schedule {
    StepDecay {
      Require.atLeastOne("every", every);
      Require.fromZeroToOne("factor", factor);
    }

    @Override
    public double factorAt(long step) {
      long stairs = (step - 1) / every;
      return Math.pow(factor, (double) stairs);
    }
  }

  record Exponential(double decayPerStep) implements Schedule {
    Exponential {
      Require.fromZeroToOne("decayPerStep", decayPerStep);
    }

    @Override
    public double factorAt(long step) {
      return Math.pow(decayPerStep, (double) (step - 1));
    }
  }

  record Cosine(long steps, double floor) implements Schedule {
    Cosine {
      Require.atLeastOne("steps", steps);
      Require.fromZeroToOne("floor", floor);
    }

    @Override
    public double factorAt(long step) {
      double gone = Math.min(step - 1, steps) / (double) steps;
      return floor + (1 - floor) * (1 + Math.cos(Math.PI * gone)) / 2;
    }
  }

  record InverseSquareRoot(long warmUpSteps) implements Schedule {
    InverseSquareRoot {
      Require.atLeastOne("warmUpSteps", warmUpSteps);
    }

    @Override
    public double factorAt(long step) {
      double warmth = step / (double) warmUpSteps;
      return Math.min(warmth, 1 / Math.sqrt(warmth));
    }
  }

  record WarmUp(Schedule schedule, long steps) implements Schedule {
    WarmUp {
      Objects.requireNonNull(schedule, "schedule");
      Require.atLeastOne("steps", steps);
    }

    @Override
    public double factorAt(long step) {
      return Math.min(1, step / (double) steps) * schedule.factorAt(step);
    }
  }
}
