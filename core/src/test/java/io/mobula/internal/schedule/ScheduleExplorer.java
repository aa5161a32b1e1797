package io.mobula.internal.schedule;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Explorer that runs a simulated system under many schedules. A failed history is shrunk and shown
 * with its seed, its decisions and its steps.
 *
 * <p>{@code -Dmobula.test.schedules=N} runs N histories of each system instead of a few;
 * {@code -Dmobula.test.schedules.seed=S} begins with that seed.
 */
public final class ScheduleExplorer {
  private static final long SHRINK_NANOS = TimeUnit.SECONDS.toNanos(15);

  private ScheduleExplorer() {}

  /** A simulated system that is created, run to its end and checked. */
  @FunctionalInterface
  public interface SimulatedSystem {
    /** Runs the system; throws if a check fails. */
    void run(SimulatedScheduler scheduler) throws Exception;
  }

  /** Runs as many histories as the build specifies, or {@code usual} of them. */
  public static void explore(String name, int usual, SimulatedSystem system) {
    long first = Long.getLong("mobula.test.schedules.seed", System.nanoTime());
    int count = Integer.getInteger("mobula.test.schedules", usual);
    long steps = 0;
    long begun = System.nanoTime();
    System.out.println(name + ": seed " + first);
    for (int i = 0; i < count; i++) {
      var scheduler = new SimulatedScheduler(ScheduleDecisions.of(first + i));
      var failure = failureOf(system, scheduler);
      steps += scheduler.steps();
      if (failure != null) {
        throw shown(name, "seed " + (first + i), system, scheduler.decisions().taken(), failure);
      }
    }
    System.out.println(name + ": " + count + " histories, " + steps + " steps, "
        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) + " ms");
  }

  /** Replays the history of these decisions, which has failed once. */
  public static void replay(String name, SimulatedSystem system, int... decisions) {
    var failure = failureOf(system, new SimulatedScheduler(ScheduleDecisions.replay(decisions)));
    if (failure != null) {
      throw shown(name, "a kept history", system, decisions, failure);
    }
  }

  private static @Nullable Throwable failureOf(
      SimulatedSystem system, SimulatedScheduler scheduler) {
    try {
      system.run(scheduler);
      return null;
    } catch (Exception | Error wrong) {
      return wrong;
    }
  }

  private static AssertionError shown(
      String name, String which, SimulatedSystem system, int[] decisions, Throwable failure) {
    var shortest = shrink(system, decisions);
    var scheduler = new SimulatedScheduler(ScheduleDecisions.replay(shortest));
    var last = failureOf(system, scheduler);
    return new AssertionError(
        name + " fails with " + which + ": " + (last == null ? failure : last)
            + "\ndecisions: " + Arrays.toString(shortest)
            + "\nsteps:\n" + String.join("\n", scheduler.trace()),
        last == null ? failure : last);
  }

  /**
   * Shrinks a history: leaves decisions out, and replaces them by 0, as long as the history fails.
   */
  private static int[] shrink(SimulatedSystem system, int[] decisions) {
    long end = System.nanoTime() + SHRINK_NANOS;
    var best = decisions;
    for (int chunk = Math.max(1, best.length / 2); chunk > 0; chunk /= 2) {
      for (int at = 0; at < best.length && System.nanoTime() - end < 0; ) {
        var shorter = without(best, at, chunk);
        var plainer = plain(best, at, chunk);
        if (fails(system, shorter)) {
          best = shorter;
        } else if (plainer != null && fails(system, plainer)) {
          best = plainer;
          at += chunk;
        } else {
          at += chunk;
        }
      }
    }
    return best;
  }

  private static boolean fails(SimulatedSystem system, int[] decisions) {
    return failureOf(system, new SimulatedScheduler(ScheduleDecisions.replay(decisions))) != null;
  }

  private static int[] without(int[] all, int from, int count) {
    int to = Math.min(all.length, from + count);
    var rest = Arrays.copyOf(all, all.length - (to - from));
    System.arraycopy(all, to, rest, from, all.length - to);
    return rest;
  }

  private static int @Nullable [] plain(int[] all, int from, int count) {
    int to = Math.min(all.length, from + count);
    var zeros = all.clone();
    Arrays.fill(zeros, from, to, 0);
    return Arrays.equals(zeros, all) ? null : zeros;
  }
}
