package io.mobula.samples.training;

import java.util.List;

/**
 * Learning curve of one training.
 *
 * @param title name in a legend
 * @param points points in the order of time, at least one
 * @param updates how often the parameters were updated
 */
public record LearningCurve(String title, List<Point> points, long updates) {
  /** Refuses a curve without a point. */
  public LearningCurve {
    points = List.copyOf(points);
    if (points.isEmpty()) {
      throw new IllegalArgumentException("The curve of " + title + " has no point.");
    }
  }

  /**
   * Point of a learning curve.
   *
   * @param seconds time since the training began
   * @param loss mean loss since the previous point, in nats
   * @param accuracy accuracy on held-out examples, from 0 to 1
   */
  public record Point(double seconds, double loss, double accuracy) {}

  /** Returns the accuracy on held-out examples at the end. */
  public double accuracy() {
    return points.getLast().accuracy();
  }
}
