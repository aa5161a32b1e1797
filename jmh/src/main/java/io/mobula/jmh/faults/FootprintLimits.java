package io.mobula.jmh.faults;

import io.mobula.testkit.fault.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Limits of how much more a process may hold at rest after much work than after little. They cover
 * what a JVM keeps for itself, and pools whose idle threads have not ended yet. A leak of one
 * object per scenario exceeds them after some thousand scenarios.
 *
 * <p>Memories with a maximum, such as the ids of the last cancelled tasks, fill during hours. The
 * instances of {@link #BOUNDED their classes} count only beyond that maximum.
 */
final class FootprintLimits {
  private static final long HEAP_BYTES = 8L << 20;
  private static final long OBJECTS = 4_000;
  private static final long THREADS = 16;
  private static final long DESCRIPTORS = 24;
  private static final long SEGMENTS = 8;
  private static final int MAX_NAMED = 8;

  private static final long ENDED_GROUPS = 1_024 + 4_096; // each process, and the scheduler
  private static final long CANCELS_AND_PULLS = 2 * 4_096;
  private static final long INTERNED = 4_000; // of 65 536 definitions for each peer

  /** Bytes of the key, the entry and the texts of an object in a memory with a maximum. */
  private static final long BYTES_PER_ENTRY = 256;

  /**
   * Maximum number of instances of classes that memories with a maximum hold, for such a class. An
   * ended group has two bundles in the workload, and its definition is interned with a task's.
   */
  static final Map<String, Long> BOUNDED = Map.ofEntries(
      Map.entry("io.mobula.placement.PlacementGroupId", ENDED_GROUPS + INTERNED),
      Map.entry("io.mobula.internal.group.GroupTermination", ENDED_GROUPS),
      Map.entry("io.mobula.internal.group.GroupTable$EndedGroup", 1_024L),
      Map.entry("io.mobula.ObjectId", CANCELS_AND_PULLS),
      Map.entry("io.mobula.placement.PlacementGroup", INTERNED),
      Map.entry("io.mobula.placement.Placement$Group", INTERNED),
      Map.entry("io.mobula.placement.Resources", 2 * INTERNED),
      Map.entry("io.mobula.NodeId", INTERNED),
      Map.entry("io.mobula.internal.task.TaskTemplate", INTERNED),
      Map.entry("io.mobula.internal.execution.Job", INTERNED));

  private FootprintLimits() {}

  /** Returns a violation for each limit that is exceeded. */
  static List<Violation> exceeded(String process, ProcessFootprint before, ProcessFootprint after) {
    var found = new ArrayList<Violation>();
    long remembered = remembered(before.instances(), after.instances());
    check(
        found,
        process,
        "bytes of heap",
        before.heapBytes(),
        after.heapBytes(),
        HEAP_BYTES + BYTES_PER_ENTRY * remembered);
    check(found, process, "threads", before.threads(), after.threads(), THREADS);
    check(
        found,
        process,
        "descriptors, most of them " + grown(before.files(), after.files()) + ",",
        before.descriptors(),
        after.descriptors(),
        DESCRIPTORS);
    check(found, process, "mapped segments", before.segments(), after.segments(), SEGMENTS);
    check(
        found,
        process,
        "objects of Mobula's, most of them " + grown(before.instances(), after.instances()) + ",",
        before.objects(),
        after.objects(),
        OBJECTS + remembered);
    return List.copyOf(found);
  }

  /** Returns how many of the additional instances are in memories with a maximum. */
  static long remembered(Map<String, Long> before, Map<String, Long> after) {
    return BOUNDED.entrySet().stream()
        .mapToLong(bounded -> {
          var name = bounded.getKey();
          long grown = after.getOrDefault(name, 0L) - before.getOrDefault(name, 0L);
          return Math.clamp(grown, 0, bounded.getValue());
        })
        .sum();
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

  /** Returns the kinds that have grown most, with the number of additional instances. */
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
