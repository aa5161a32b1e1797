package io.mobula.samples.training;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Result of the trainings of one mode.
 *
 * @param title the mode, or the baseline
 * @param byChance whether the order of gradients was a matter of chance
 * @param epochs number of epochs of each training
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
   * Outcome of one training.
   *
   * @param curve its learning curve
   * @param evaluation evaluation of the parameters at the end
   */
  record Outcome(LearningCurve curve, EvaluationResult evaluation) {}

  /**
   * Returns the training with the lowest accuracy, which shows the result of a mode when chance is
   * unfavourable.
   */
  Outcome worst() {
    return outcomes.stream()
        .min(Comparator.comparingDouble(outcome -> outcome.evaluation().accuracy()))
        .orElseThrow();
  }

  /** Returns the result in one line; values that differ among trainings are those of the worst. */
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
