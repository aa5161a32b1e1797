package io.mobula.samples.digits;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.samples.training.CurvesPlot;
import io.mobula.samples.training.LearningCurve;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Main demonstration: softmax regression, and then a network with one hidden layer, learn
 * handwritten digits from a parameter server on several actors, to which worker actors push
 * gradients. Writes a PNG of the learning curves, and one last line:
 *
 * <pre>demo: accuracy=0.975 shards=4 workers=2 updates=5520 seconds=3.9 plot=/tmp/mobula-demo.png
 * </pre>
 *
 * <p>On several nodes the demonstration prints for each model where each shard and each worker
 * runs:
 *
 * <pre>shard=0 node=1f0c5a9e2b7d4410 pid=4711</pre>
 *
 * <p>{@code bin/mobula demo} runs it with options.
 */
public final class DigitsDemo {
  /** Minimum share of test images that the network must classify correctly. */
  public static final double WANTED_ACCURACY = 0.95;

  private static final int HIDDEN_UNITS = 64;

  private DigitsDemo() {}

  /**
   * Runs the demonstration with the {@linkplain DemoSettings#DEFAULT defaults}; the exit code is 1
   * when the accuracy is too low.
   */
  public static void main(String[] args) throws IOException {
    int exit = run(DemoSettings.DEFAULT, System.out);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  /**
   * Trains both models and prints the results to {@code out}.
   *
   * @return the exit code: 0, or 1 when the network's accuracy is below {@value #WANTED_ACCURACY}
   * @throws IOException when the plot cannot be written
   */
  public static int run(DemoSettings settings, PrintStream out) throws IOException {
    long start = System.nanoTime();
    CurvesPlot.makeFolder(settings.plot());
    var curves = trained(settings, out);
    CurvesPlot.write(settings.plot(), curves);
    double accuracy = curves.getLast().accuracy();
    boolean learned = accuracy >= WANTED_ACCURACY;
    if (!learned) {
      out.println(
          "too low: at least " + WANTED_ACCURACY + " is wanted; try more epochs or another seed");
    }
    out.println(lastLine(settings, curves, (System.nanoTime() - start) / 1e9));
    return learned ? 0 : 1;
  }

  private static List<LearningCurve> trained(DemoSettings settings, PrintStream out) {
    if (settings.nodes() == 1) {
      try (var runtime = Mobula.init()) {
        return trained(new DigitsTraining(runtime, settings, (part, index, location) -> {}), out);
      }
    }
    try (var cluster = LocalCluster.start(settings.nodes())) {
      return trained(new DigitsTraining(cluster.runtime(), settings, printed(out)), out);
    }
  }

  private static List<LearningCurve> trained(DigitsTraining training, PrintStream out) {
    return List.<DigitClassifier>of(new SoftmaxRegression(), new HiddenLayerNetwork(HIDDEN_UNITS))
        .stream()
        .map(model -> told(training.of(model), out))
        .toList();
  }

  private static DigitsTraining.Listener printed(PrintStream out) {
    return (part, index, location) ->
        out.println(part + "=" + index + " node=" + location.node() + " pid=" + location.pid());
  }

  private static LearningCurve told(LearningCurve curve, PrintStream out) {
    out.println(curve.title() + ": accuracy " + shown(curve.accuracy()) + " after "
        + curve.updates() + " updates");
    return curve;
  }

  private static String lastLine(
      DemoSettings settings, List<LearningCurve> curves, double seconds) {
    return String.format(
        Locale.ROOT,
        "demo: accuracy=%s shards=%d workers=%d updates=%d seconds=%.1f plot=%s",
        shown(curves.getLast().accuracy()),
        settings.shards(),
        settings.workers(),
        curves.stream().mapToLong(LearningCurve::updates).sum(),
        seconds,
        settings.plot().toAbsolutePath());
  }

  /** Formats with three digits, never rounded up: 0.9499 is not 0.950. */
  private static String shown(double accuracy) {
    return String.format(Locale.ROOT, "%.3f", Math.floor(accuracy * 1000) / 1000);
  }
}
