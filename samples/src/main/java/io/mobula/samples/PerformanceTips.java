package io.mobula.samples;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.tensor.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Four performance tips, each with two timings on this machine: a habit that costs time, and its
 * replacement.
 */
public final class PerformanceTips {
  private static final int TASKS = 20;

  private PerformanceTips() {}

  /** Measures all tips; the argument is the amount of work, 400 by default. */
  public static void main(String[] args) {
    int work = args.length > 0 ? Integer.parseInt(args[0]) : 400;
    try (MobulaRuntime runtime = Mobula.init()) {
      runtime.get(started(work)); // warm-up, so that the first timing is fair
      getLate(work);
      makeTasksLarge(work * 25);
      putOnce(work * 2_500);
      takeResultsAsTheyCome(work);
    }
  }

  /**
   * Compares a {@code get} right after each {@code remote}, which waits before the next task is
   * started, with one {@code get} at the end.
   */
  private static void getLate(int work) {
    long early = millis(() -> IntStream.range(0, TASKS)
        .forEach(i -> Mobula.task(PerformanceTips::primes, work).remote().get()));
    long late = millis(() -> Mobula.get(started(work)));
    tell("get late", early, late);
  }

  /**
   * Compares small tasks with large ones: a task has an overhead of some microseconds, so give it
   * work for at least a millisecond.
   */
  private static void makeTasksLarge(int numbers) {
    long small = millis(() -> Mobula.get(IntStream.range(0, numbers)
        .mapToObj(i -> Mobula.task(Math::incrementExact, i).remote())
        .toList()));
    int share = numbers / TASKS;
    long large = millis(() -> Mobula.get(IntStream.range(0, TASKS)
        .mapToObj(
            i -> Mobula.task(PerformanceTips::incremented, i * share, share).remote())
        .toList()));
    tell("make tasks large", small, large);
  }

  /**
   * Compares an argument that is copied for each task with a value that is put once; a tensor is
   * read in place.
   */
  private static void putOnce(int size) {
    Tensor numbers = Tensor.of(new float[size]);
    long copied = millis(() -> Mobula.get(IntStream.range(0, TASKS)
        .mapToObj(i -> Mobula.task(PerformanceTips::at, numbers, i).remote())
        .toList()));
    long put = millis(() -> {
      ObjectRef<Tensor> once = Mobula.put(numbers);
      Mobula.get(IntStream.range(0, TASKS)
          .mapToObj(i -> Mobula.task(PerformanceTips::at, once, i).remote())
          .toList());
    });
    tell("put once", copied, put);
  }

  /**
   * Compares waiting for all results, which leaves the caller idle, with processing each result as
   * it completes.
   */
  private static void takeResultsAsTheyCome(int work) {
    long atTheEnd =
        millis(() -> Mobula.<Integer>get(started(work)).forEach(result -> primes(work / 2)));
    long asTheyCome = millis(() -> {
      List<ObjectRef<Integer>> pending = started(work);
      while (!pending.isEmpty()) {
        var waitResult = Mobula.wait(pending, 1, Duration.ofMinutes(1));
        waitResult.ready().forEach(result -> primes(work / 2));
        pending = waitResult.pending();
      }
    });
    tell("take results as they come", atTheEnd, asTheyCome);
  }

  private static List<ObjectRef<Integer>> started(int work) {
    return IntStream.range(0, TASKS)
        .mapToObj(i -> Mobula.task(PerformanceTips::primes, work).remote())
        .toList();
  }

  /** Counts the primes below {@code hundreds} hundreds, as an example of work. */
  private static int primes(int hundreds) {
    return (int) IntStream.range(2, hundreds * 100)
        .filter(n -> IntStream.rangeClosed(2, (int) Math.sqrt(n)).noneMatch(d -> n % d == 0))
        .count();
  }

  private static int incremented(int from, int count) {
    return IntStream.range(from, from + count).map(Math::incrementExact).sum();
  }

  private static float at(Tensor numbers, int index) {
    return numbers.getFloat(index);
  }

  private static long millis(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return Duration.ofNanos(System.nanoTime() - start).toMillis();
  }

  private static void tell(String tip, long before, long after) {
    System.out.printf(Locale.ROOT, "%-26s %5d ms without, %5d ms with%n", tip, before, after);
  }
}
