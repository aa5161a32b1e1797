package io.mobula.samples.training;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How the trainings of one kind went.
 *
 * @param title how workers waited for each other, or that there was none
 * @param byChance whether chance decided whose gradient came first
 * @param epochs how many each training had
 * @param outcomes one for each training, at least one
 */
record TrainingResult(String title, boolean byChance, int epochs, List<Outcome> outcomes) {
  TrainingResult {
    outcomes = List.copyOf(outcomes);
    if (outcomes.isEmpty()) {
      throw new IllegalArgumentException("The mode " + title + " was not trained.");
    }
  }

  /**
   * How one training went.
   *
   * @param curve on the way
   * @param evaluation what the parameters were worth at the end
   */
  record Outcome(LearningCurve curve, EvaluationResult evaluation) {}

  /** The training that came out worst: what a mode is worth when chance is against it. */
  Outcome worst() {
    return outcomes.stream()
        .min(Comparator.comparingDouble(outcome -> outcome.evaluation().accuracy()))
        .orElseThrow();
  }

  /** All of it in one line; what is not of all trainings is of the worst. */
  String line() {
    return String.format(
        Locale.ROOT,
        "mode=%s %s%s epochs=%d seconds=%.1f updates=%d",
        title,
        accuracy(),
        worst().evaluation().metrics().stream()
            .map(metric -> " " + metric)
            .collect(Collectors.joining()),
        epochs,
        worst().curve().points().getLast().seconds(),
        worst().curve().updates());
  }

  private String accuracy() {
    var shown = EvaluationResult.shown(worst().evaluation().accuracy());
    return byChance ? "accuracy_min=" + shown + " runs=" + outcomes.size() : "accuracy=" + shown;
  }
}
