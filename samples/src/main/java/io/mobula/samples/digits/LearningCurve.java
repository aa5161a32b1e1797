package io.mobula.samples.digits;

import java.util.List;

/**
 * How one model learned.
 *
 * @param title the model's
 * @param points one after each epoch, at least one
 * @param updates how many gradients the server applied
 */
record LearningCurve(String title, List<Point> points, long updates) {
  LearningCurve {
    points = List.copyOf(points);
    if (points.isEmpty()) {
      throw new IllegalArgumentException("The curve of " + title + " has no point.");
    }
  }

  /**
   * Where the model stood.
   *
   * @param seconds since its training began
   * @param loss the mean over the epoch's batches, in nats
   * @param accuracy on the test images, from 0 to 1
   */
  record Point(double seconds, double loss, double accuracy) {}

  /** On the test images, after the last epoch. */
  double accuracy() {
    return points.getLast().accuracy();
  }
}
