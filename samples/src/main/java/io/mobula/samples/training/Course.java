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
 * Trains in every way that was asked for, from the first step to the last, and judges the
 * parameters several times an epoch, while nobody learns; what that takes is no time of the
 * training. For one thread.
 */
final class Course {
  private static final int POINTS_PER_EPOCH = 4;
  private static final int WARM_UP_STEPS = 100;

  private final Trainer trainer;
  private final TrainingSettings settings;

  Course(Trainer trainer, TrainingSettings settings) {
    this.trainer = trainer;
    this.settings = settings;
  }

  /** Something that begins a training. */
  private interface Beginning {
    TrainingRun begin() throws IOException;
  }

  /** Trains in one way after the other. */
  List<TrainingResult> results() throws IOException {
    var results = new ArrayList<TrainingResult>();
    if (settings.ways().baseline()) {
      warmUp(trainer::baseline);
      results.add(result("baseline", false, trainer::baseline));
    }
    if (!settings.ways().modes().isEmpty()) {
      warmUp(() -> trainer.begin(Mode.ASYNCHRONOUS));
    }
    for (var mode : settings.ways().modes()) {
      results.add(result(mode.title(), mode != Mode.SYNCHRONOUS, () -> trainer.begin(mode)));
    }
    return results;
  }

  /**
   * Trains a little and forgets it: the JVMs have the examples and have compiled what matters, so
   * that the first way is not slower for being the first.
   */
  private static void warmUp(Beginning beginning) throws IOException {
    try (var run = beginning.begin()) {
      run.learn(WARM_UP_STEPS);
    }
  }

  /** Trains as often as was asked for; once where chance decides no more than the last bits. */
  private TrainingResult result(String title, boolean byChance, Beginning beginning)
      throws IOException {
    var outcomes = new ArrayList<Outcome>();
    for (int i = 0; i < (byChance ? settings.runs() : 1); i++) {
      outcomes.add(outcome(title, beginning));
    }
    return new TrainingResult(title, byChance, settings.epochs(), outcomes);
  }

  private Outcome outcome(String title, Beginning beginning) throws IOException {
    try (var run = beginning.begin()) {
      var stretches = stretches(title, run);
      var points = stretches.stream().map(Stretch::end).toList();
      return new Outcome(
          new LearningCurve(title, points, run.updates()), stretches.getLast().judgement());
    }
  }

  /** Some steps: where they ended, and what the parameters were worth there. */
  private record Stretch(Point end, Judgement judgement) {}

  private List<Stretch> stretches(String title, TrainingRun run) {
    int count = settings.epochs() * POINTS_PER_EPOCH;
    long perEpoch = trainer.stepsPerEpoch();
    var stretches = new ArrayList<Stretch>();
    double seconds = 0;
    try (var progress = ProgressReporter.of(title, count)) {
      for (long i = 0; i < count; i++) {
        long from = i * perEpoch / POINTS_PER_EPOCH;
        long to = (i + 1) * perEpoch / POINTS_PER_EPOCH;
        var stretch = stretch(run, (int) (to - from), seconds);
        stretches.add(stretch);
        progress.step(told(stretch.end()));
        seconds = stretch.end().seconds();
      }
    }
    return stretches;
  }

  private static Stretch stretch(TrainingRun run, int steps, double before) {
    long start = System.nanoTime();
    var losses = run.learn(steps);
    double seconds = before + (System.nanoTime() - start) / 1e9;
    double loss = Arrays.stream(losses).average().orElseThrow();
    var judgement = run.judge();
    return new Stretch(new Point(seconds, loss, judgement.accuracy()), judgement);
  }

  private static String told(Point point) {
    return String.format(
        Locale.ROOT,
        "accuracy %s after %.1f s, loss %.3f",
        Judgement.shown(point.accuracy()),
        point.seconds(),
        point.loss());
  }
}
