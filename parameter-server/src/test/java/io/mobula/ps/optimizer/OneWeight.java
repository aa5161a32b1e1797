package io.mobula.ps.optimizer;

/** Single weight with its state and step count, for calculations by hand. */
final class OneWeight {
  private final Optimizer optimizer;
  private final double[] weight;
  private final double[][] state;
  private long steps;

  OneWeight(Optimizer optimizer, double start) {
    this.optimizer = optimizer;
    this.weight = new double[] {start};
    this.state = new double[optimizer.stateVectors()][1];
  }

  /** Applies a gradient with the scheduled rate; returns the new weight. */
  double step(double gradient) {
    steps++;
    return step(gradient, optimizer.rateAt(steps));
  }

  double step(double gradient, double rate) {
    var step = new OptimizerStep(Math.max(1, steps), rate);
    optimizer.update(step, weight, state, new double[] {gradient}, 1);
    return weight[0];
  }

  double weight() {
    return weight[0];
  }

  double state(int vector) {
    return state[vector][0];
  }
}
