package io.mobula.samples.training;

import io.mobula.samples.ProgressReporter;
import io.mobula.samples.training.LearningCurve.Point;
import io.mobula.samples.training.TrainingResult.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Experiment that trains in each selected mode from the first step to the last, and evaluates the
 * parameters several times an epoch while no worker runs; the evaluation does not count as training
 * time. For one thread.
 */
final class TrainingExperiment {
  private static final int POINTS_PER_EPOCH = 4;
  private static final int WARM_UP_STEPS = 100;

  private final TrainingRunFactory runFactory;
  private final TrainingSettings settings;

  TrainingExperiment(TrainingRunFactory runFactory, TrainingSettings settings) {
    this.runFactory = runFactory;
    this.settings = settings;
  }

  /** Function that starts a training run. */
  private interface RunStarter {
    TrainingRun begin() throws IOException;
  }

  /** Trains in one mode after the other. */
  List<TrainingResult> results() throws IOException {
    var results = new ArrayList<TrainingResult>();
    if (settings.selection().baseline()) {
      warmUp(runFactory::baseline);
      results.add(result("baseline", false, runFactory::baseline));
    }
    if (!settings.selection().modes().isEmpty()) {
      warmUp(() -> runFactory.begin(SyncMode.ASYNCHRONOUS));
    }
    for (var mode : settings.selection().modes()) {
      results.add(result(mode.title(), mode != SyncMode.SYNCHRONOUS, () -> runFactory.begin(mode)));
    }
    return results;
  }

  /**
   * Runs a short training and discards it: afterwards the JVMs have loaded the examples and
   * compiled the hot code, so that the first mode has no disadvantage.
   */
  private static void warmUp(RunStarter starter) throws IOException {
    try (var run = starter.begin()) {
      run.learn(WARM_UP_STEPS);
    }
  }

  /** Trains as often as requested, or once where chance decides no more than the last bits. */
  private TrainingResult result(String title, boolean byChance, RunStarter starter)
      throws IOException {
    var outcomes = new ArrayList<Outcome>();
    for (int i = 0; i < (byChance ? settings.runs() : 1); i++) {
      outcomes.add(outcome(title, starter));
    }
    return new TrainingResult(title, byChance, settings.epochs(), outcomes);
  }

  private Outcome outcome(String title, RunStarter starter) throws IOException {
    try (var run = starter.begin()) {
      var stretches = stretches(title, run);
      var points = stretches.stream().map(TrainingInterval::end).toList();
      return new Outcome(
          new LearningCurve(title, points, run.updates()), stretches.getLast().judgement());
    }
  }

  /** Interval of steps: the point at its end, and the evaluation there. */
  private record TrainingInterval(Point end, EvaluationResult judgement) {}

  private List<TrainingInterval> stretches(String title, TrainingRun run) {
    int count = settings.epochs() * POINTS_PER_EPOCH;
    long perEpoch = runFactory.stepsPerEpoch();
    var stretches = new ArrayList<TrainingInterval>();
    double seconds = 0;
    try (var progress = ProgressReporter.of(title, count)) {
      for (long i = 0; i < count; i++) {
        long from = i * perEpoch / POINTS_PER_EPOCH;
        long to = (i + 1) * perEpoch / POINTS_PER_EPOCH;
        var interval = stretch(run, (int) (to - from), seconds);
        stretches.add(interval);
        progress.step(told(interval.end()));
        seconds = interval.end().seconds();
      }
    }
    return stretches;
  }

  private static TrainingInterval stretch(TrainingRun run, int steps, double before) {
    long start = System.nanoTime();
    var losses = run.learn(steps);
    double seconds = before + (System.nanoTime() - start) / 1e9;
    double loss = Arrays.stream(losses).average().orElseThrow();
    var evaluation = run.evaluate();
    return new TrainingInterval(new Point(seconds, loss, evaluation.accuracy()), evaluation);
  }

  private static String told(Point point) {
    return String.format(
        Locale.ROOT,
        "accuracy %s after %.1f s, loss %.3f",
        EvaluationResult.shown(point.accuracy()),
        point.seconds(),
        point.loss());
  }
}
