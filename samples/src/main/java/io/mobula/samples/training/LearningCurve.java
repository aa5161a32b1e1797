package io.mobula.samples.training;

import java.util.List;

/**
 * How one training went.
 *
 * @param title tells it from others, in a legend
 * @param points in the order of time, at least one
 * @param updates how often the parameters were changed
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
   * Where it stood.
   *
   * @param seconds since its training began
   * @param loss the mean since the point before, in nats
   * @param accuracy on examples that were held out, from 0 to 1
   */
  public record Point(double seconds, double loss, double accuracy) {}

  /** On examples that were held out, at the end. */
  public double accuracy() {
    return points.getLast().accuracy();
  }
}
