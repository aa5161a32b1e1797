package io.mobula.jmh.faults;

import io.mobula.testkit.fault.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Limits of how much more a process may hold at rest after much work than after little. They cover
 * what a JVM keeps for itself, and pools whose idle threads have not ended yet. A leak of one
 * object per scenario exceeds them after some thousand scenarios.
 */
final class FootprintLimits {
  private static final long HEAP_BYTES = 8L << 20;
  private static final long OBJECTS = 4_000;
  private static final long THREADS = 16;
  private static final long DESCRIPTORS = 24;
  private static final long SEGMENTS = 8;
  private static final int MAX_NAMED = 8;

  private FootprintLimits() {}

  /** Returns a violation for each limit that is exceeded. */
  static List<Violation> exceeded(String process, ProcessFootprint before, ProcessFootprint after) {
    var found = new ArrayList<Violation>();
    check(found, process, "bytes of heap", before.heapBytes(), after.heapBytes(), HEAP_BYTES);
    check(found, process, "threads", before.threads(), after.threads(), THREADS);
    check(found, process, "descriptors", before.descriptors(), after.descriptors(), DESCRIPTORS);
    check(found, process, "mapped segments", before.segments(), after.segments(), SEGMENTS);
    check(
        found,
        process,
        "objects of Mobula's, most of them " + grown(before.instances(), after.instances()) + ",",
        before.objects(),
        after.objects(),
        OBJECTS);
    return List.copyOf(found);
  }

  private static void check(
      List<Violation> found, String process, String what, long before, long after, long max) {
    if (after - before > max) {
      found.add(new Violation(
          Violation.Rule.NOT_RESTORED,
          process,
          after + " " + what + " at the end, " + before + " at the start: more than " + max
              + " in between"));
    }
  }

  /** Returns the classes that have grown most, with the number of additional instances. */
  static String grown(Map<String, Long> before, Map<String, Long> after) {
    return String.join(
        ", ",
        after.entrySet().stream()
            .map(entry -> Map.entry(
                entry.getKey(), entry.getValue() - before.getOrDefault(entry.getKey(), 0L)))
            .filter(entry -> entry.getValue() > 0)
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(MAX_NAMED)
            .map(entry -> entry.getKey() + " +" + entry.getValue())
            .toList());
  }
}
