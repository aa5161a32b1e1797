package io.mobula.jmh.ways;

import io.mobula.jmh.ways.EnteredFile.EnteredMethod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Summary of the rounds of a way: its files and what each round does there.
 *
 * @param way name of the way
 * @param rounds number of rounds
 * @param files all files that any round entered, in order of first entry
 */
record WaySummary(String way, int rounds, List<EnteredFile> files) {

  /**
   * Summarizes the rounds of one way.
   *
   * @param rounds at least one round of the way
   * @param idle rounds in which nothing was asked of the nodes
   */
  static WaySummary of(List<TracedRound> rounds, List<TracedRound> idle, ClassFileIndex index) {
    var files = new LinkedHashMap<String, FileCount>();
    for (var round : rounds) {
      var twice = round.enteredTwice();
      var several = round.onSeveralThreads();
      int place = 0;
      for (var first : round.firstEntries().entrySet()) {
        var count = files.computeIfAbsent(first.getKey(), none -> new FileCount());
        count.rounds++;
        count.places += place++;
        count.twice += twice.contains(first.getKey()) ? 1 : 0;
        count.several += several.contains(first.getKey()) ? 1 : 0;
        count.threads.merge(thread(round, first.getValue()), 1, Integer::sum);
      }
      for (var method : methods(round)) {
        files
            .computeIfAbsent(method.file(), none -> new FileCount())
            .methods
            .merge(method, 1, Integer::sum);
      }
    }
    return new WaySummary(
        rounds.getFirst().way(),
        rounds.size(),
        files.entrySet().stream()
            .sorted(Comparator.comparingDouble(file -> file.getValue().meanPlace()))
            .map(file -> file.getValue()
                .summary(file.getKey(), rounds.size(), idleShare(file.getKey(), idle), index))
            .toList());
  }

  private static double idleShare(String file, List<TracedRound> idle) {
    long entered =
        idle.stream().filter(round -> round.firstEntries().containsKey(file)).count();
    return idle.isEmpty() ? 0 : (double) entered / idle.size();
  }

  private static List<TracedMethod> methods(TracedRound round) {
    return round.entries().stream().map(MethodEntry::method).distinct().toList();
  }

  private static String thread(TracedRound round, MethodEntry entry) {
    if (entry.threadId() == round.callerId()) {
      return "caller";
    }
    var name = entry.thread();
    if (name.contains("akka.actor.default-dispatcher")) {
      return "Akka's default dispatcher";
    }
    return name.isEmpty() ? "virtual thread" : "`" + name.replaceFirst("-?\\d+$", "-n") + "`";
  }

  /** Returns the files that belong to the way, in order of first entry. */
  List<EnteredFile> usual() {
    return files.stream().filter(EnteredFile::usual).toList();
  }

  /**
   * Returns the names of the files that more than half of the rounds entered, and hardly any idle
   * time.
   */
  Set<String> certain() {
    return files.stream()
        .filter(EnteredFile::certain)
        .map(EnteredFile::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the names of the files that any round entered. */
  Set<String> possible() {
    return files.stream().map(EnteredFile::name).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Counts for one file, while rounds are added. */
  private static final class FileCount {
    private int rounds;
    private double places;
    private int twice;
    private int several;
    private final Map<String, Integer> threads = new HashMap<>();
    private final Map<TracedMethod, Integer> methods = new LinkedHashMap<>();

    double meanPlace() {
      return places / rounds;
    }

    EnteredFile summary(String file, int all, double idleShare, ClassFileIndex index) {
      var most = threads.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
      var entered = new ArrayList<EnteredMethod>();
      methods.forEach((method, count) -> {
        if (2 * count > rounds) {
          entered.add(new EnteredMethod(
              method.label(), method.name().startsWith("<"), index.handsOn(method)));
        }
      });
      return new EnteredFile(
          TracedMethod.simpleName(file),
          most.getKey(),
          (double) rounds / all,
          idleShare,
          entered.stream().distinct().toList(),
          2 * twice > rounds,
          2 * several > rounds);
    }
  }
}
