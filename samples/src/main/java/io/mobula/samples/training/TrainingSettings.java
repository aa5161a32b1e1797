package io.mobula.samples.training;

import java.nio.file.Path;
import java.util.List;

/**
 * Settings of a training program.
 *
 * @param nodes number of node processes; with one, everything runs in this process
 * @param selection modes that are trained, one after the other
 * @param epochs how often each example is used
 * @param runs how often a mode is trained in which the order of gradients is a matter of chance
 * @param plot PNG file to write
 */
public record TrainingSettings(
    int nodes, ModeSelection selection, int epochs, int runs, Path plot) {
  /** Options as a user writes them. */
  static final String USAGE = "[--nodes N]"
      + " [--mode baseline|synchronous|bounded|asynchronous|all]"
      + " [--epochs E] [--runs R] [--plot FILE]";

  private static final int MAX_NODES = 16;
  private static final int MAX_COUNT = 1000;

  /**
   * Selection of the modes that are trained.
   *
   * @param baseline whether one thread trains without a server
   * @param modes modes of the trainings with workers
   */
  public record ModeSelection(boolean baseline, List<SyncMode> modes) {
    /** Selection of the baseline and all modes. */
    public static final ModeSelection ALL = new ModeSelection(true, List.of(SyncMode.values()));

    /** Copies the list of modes. */
    public ModeSelection {
      modes = List.copyOf(modes);
    }

    private static ModeSelection named(String name) {
      if (name.equals("all")) {
        return ALL;
      }
      var selection = new ModeSelection(name.equals("baseline"), SyncMode.named(name));
      if (!selection.baseline() && selection.modes().isEmpty()) {
        throw new IllegalArgumentException("Wanted mode " + name
            + ": there are baseline, synchronous, bounded, asynchronous and all.");
      }
      return selection;
    }
  }

  /** Refuses numbers out of range, naming the option. */
  public TrainingSettings {
    requireBetween("--nodes", nodes, MAX_NODES);
    requireBetween("--epochs", epochs, MAX_COUNT);
    requireBetween("--runs", runs, MAX_COUNT);
  }

  private static void requireBetween(String option, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(
          "Wanted " + option + " " + value + ": it must be from 1 to " + max + ".");
    }
  }

  /** Returns the default settings of a program: each mode once, in this process. */
  public static TrainingSettings usual(int epochs, Path plot) {
    return new TrainingSettings(1, ModeSelection.ALL, epochs, 1, plot);
  }

  /**
   * Returns these settings, changed by a command line of options and values.
   *
   * @throws IllegalArgumentException when an option or value is invalid; the message says which
   */
  TrainingSettings with(List<String> words) {
    var settings = this;
    for (int i = 0; i < words.size(); i += 2) {
      if (i + 1 == words.size()) {
        throw new IllegalArgumentException("There is nothing after " + words.get(i) + ".");
      }
      settings = settings.with(words.get(i), words.get(i + 1));
    }
    return settings;
  }

  private TrainingSettings with(String option, String value) {
    return switch (option) {
      case "--nodes" -> new TrainingSettings(number(option, value), selection, epochs, runs, plot);
      case "--mode" -> new TrainingSettings(nodes, ModeSelection.named(value), epochs, runs, plot);
      case "--epochs" -> new TrainingSettings(nodes, selection, number(option, value), runs, plot);
      case "--runs" -> new TrainingSettings(nodes, selection, epochs, number(option, value), plot);
      case "--plot" -> new TrainingSettings(nodes, selection, epochs, runs, Path.of(value));
      default -> throw new IllegalArgumentException("There is no option " + option + ".");
    };
  }

  private static int number(String option, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Wanted " + option + " " + value + ": it must be a number.", e);
    }
  }
}
