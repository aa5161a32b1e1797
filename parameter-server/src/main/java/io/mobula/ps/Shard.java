package io.mobula.ps;

import java.util.Objects;

/**
 * The actor that owns one range of the parameters and applies gradients to it, one after the other.
 */
final class Shard {
  private final float[] weights;
  private final float[] velocity;
  private final Sgd optimizer;
  private long updates;

  Shard(float[] initial, Sgd optimizer) {
    this.weights = initial.clone();
    this.velocity = new float[optimizer.momentum() == 0 ? 0 : initial.length];
    this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
  }

  void push(float[] gradient) {
    GradientException.requireLength(weights.length, gradient);
    optimizer.step(weights, velocity, gradient);
    updates++;
  }

  /** Not copied here: a result is, before the next method runs. */
  float[] weights() {
    return weights;
  }

  Place place() {
    return Place.here();
  }

  long updates() {
    return updates;
  }
}
