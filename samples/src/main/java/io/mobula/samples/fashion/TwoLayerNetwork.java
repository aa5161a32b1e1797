package io.mobula.samples.fashion;

import java.util.Random;
import java.util.stream.IntStream;

/**
 * Network with one hidden layer of rectified units before a softmax, as arithmetic on one flat
 * vector of parameters. With h hidden units:
 *
 * <pre>
 * from            length  content
 * 0               h       biases of the hidden units
 * h               784 h   for each pixel, its weight in every hidden unit
 * 785 h           10      biases of the classes
 * 785 h + 10      10 h    for each hidden unit, its weight in every class
 * </pre>
 *
 * <p>For one thread at a time: an instance owns the arrays of its intermediate results, which grow
 * with the largest batch. Results depend on the arguments alone, to the last bit.
 */
final class TwoLayerNetwork {
  /** Default number of hidden units, which gives 101 770 parameters. */
  static final int HIDDEN = 128;

  private static final int JUDGED_AT_ONCE = 64;

  private final DenseLayer lower;
  private final DenseLayer upper;
  private Activations activations;

  /** Creates a network with {@value #HIDDEN} hidden units. */
  TwoLayerNetwork() {
    this(HIDDEN);
  }

  TwoLayerNetwork(int hidden) {
    if (hidden < 1) {
      throw new IllegalArgumentException(
          "Wanted " + hidden + " hidden units: at least one is needed.");
    }
    lower = new DenseLayer(0, FashionSet.PIXELS, hidden);
    upper = new DenseLayer(lower.parameters(), hidden, FashionSet.CLASSES);
    activations = new Activations(JUDGED_AT_ONCE, hidden);
  }

  /** Returns the number of parameters. */
  int size() {
    return lower.parameters() + upper.parameters();
  }

  /** Returns the initial parameters, which depend on the seed only. */
  float[] initial(long seed) {
    var parameters = new float[size()];
    var random = new Random(seed);
    lower.initialize(parameters, random);
    upper.initialize(parameters, random);
    return parameters;
  }

  /**
   * Overwrites {@code gradient} with the mean gradient of some images.
   *
   * @param batch their rows, at least one
   * @return their mean loss: cross entropy, in nats
   */
  double gradient(float[] parameters, FashionSet set, int[] batch, float[] gradient) {
    int count = batch.length;
    forward(parameters, set, batch);
    double loss = toErrors(set, batch) / count;
    upper.backward(parameters, activations.scores, activations.hiddenErrors, count);
    upper.gradient(activations.hidden, activations.scores, count, gradient);
    for (int example = 0; example < count; example++) {
      ReluActivation.backward(activations.hidden[example], activations.hiddenErrors[example]);
    }
    lower.gradient(activations.pixels, activations.hiddenErrors, count, gradient);
    return loss;
  }

  /** Returns the share of a set that is predicted correctly. */
  double accuracy(float[] parameters, FashionSet set) {
    int right = 0;
    for (int from = 0; from < set.count(); from += JUDGED_AT_ONCE) {
      int to = Math.min(from + JUDGED_AT_ONCE, set.count());
      right += right(parameters, set, IntStream.range(from, to).toArray());
    }
    return (double) right / set.count();
  }

  private int right(float[] parameters, FashionSet set, int[] batch) {
    forward(parameters, set, batch);
    int right = 0;
    for (int example = 0; example < batch.length; example++) {
      int predicted = SoftmaxLoss.highest(activations.scores[example]);
      right += predicted == set.label(batch[example]) ? 1 : 0;
    }
    return right;
  }

  private void forward(float[] parameters, FashionSet set, int[] batch) {
    int count = batch.length;
    if (count > activations.examples()) {
      activations = new Activations(count, lower.outputs());
    }
    for (int example = 0; example < count; example++) {
      System.arraycopy(
          set.pixels(), set.offset(batch[example]), activations.pixels[example], 0, lower.inputs());
    }
    lower.forward(parameters, activations.pixels, activations.hidden, count);
    for (int example = 0; example < count; example++) {
      ReluActivation.forward(activations.hidden[example]);
    }
    upper.forward(parameters, activations.hidden, activations.scores, count);
  }

  /**
   * Replaces the scores by their part of the errors of the mean, and returns the sum of the losses.
   */
  private double toErrors(FashionSet set, int[] batch) {
    double loss = 0;
    for (int example = 0; example < batch.length; example++) {
      loss += SoftmaxLoss.toErrors(
          activations.scores[example], set.label(batch[example]), 1f / batch.length);
    }
    return loss;
  }

  /** Activations of the layers for the images of a batch: one row per image. */
  private static final class Activations {
    final float[][] pixels;
    final float[][] hidden;
    final float[][] hiddenErrors;

    /** Scores of the classes, finally replaced by the errors. */
    final float[][] scores;

    Activations(int examples, int units) {
      pixels = new float[examples][FashionSet.PIXELS];
      hidden = new float[examples][units];
      hiddenErrors = new float[examples][units];
      scores = new float[examples][FashionSet.CLASSES];
    }

    int examples() {
      return scores.length;
    }
  }
}
