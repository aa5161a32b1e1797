package io.mobula.samples;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Estimate of pi from the share of random points inside a circle, with a progress bar as tasks
 * complete.
 */
public final class MonteCarloPi {
  private MonteCarloPi() {}

  /** Estimates pi; the arguments are the number of tasks and of points per task. */
  public static void main(String[] args) {
    int tasks = args.length > 0 ? Integer.parseInt(args[0]) : 100;
    int points = args.length > 1 ? Integer.parseInt(args[1]) : 2_000_000;
    try (MobulaRuntime runtime = Mobula.init();
        ProgressReporter progress = ProgressReporter.of("points", tasks)) {
      List<ObjectRef<Integer>> pending = LongStream.range(0, tasks)
          .mapToObj(seed -> Mobula.task(MonteCarloPi::inside, seed, points).remote())
          .toList();
      long inside = 0;
      long drawn = 0;
      while (!pending.isEmpty()) {
        var waitResult = runtime.wait(pending, 1, Duration.ofMinutes(1));
        for (var ready : waitResult.ready()) {
          inside += ready.get();
          drawn += points;
          progress.step(String.format(Locale.ROOT, "pi=%.5f", 4.0 * inside / drawn));
        }
        pending = waitResult.pending();
      }
      System.out.printf(
          Locale.ROOT, "pi is about %.5f after %d points%n", 4.0 * inside / drawn, drawn);
    }
  }

  /**
   * Counts how many of {@code points} random points of the unit square are in the quarter circle;
   * the body of the tasks.
   */
  private static int inside(long seed, int points) {
    var random = new SplittableRandom(seed);
    int inside = 0;
    for (int i = 0; i < points; i++) {
      double x = random.nextDouble();
      double y = random.nextDouble();
      inside += x * x + y * y <= 1 ? 1 : 0;
    }
    return inside;
  }
}
