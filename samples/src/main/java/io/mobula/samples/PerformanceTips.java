package io.mobula.samples;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Four habits that cost time and what to do instead, each with its two timings on this machine. */
public final class PerformanceTips {
  private static final int TASKS = 20;

  private PerformanceTips() {}

  /** Measures; the amount of work may be given, 400 by default. */
  public static void main(String[] args) {
    int work = args.length > 0 ? Integer.parseInt(args[0]) : 400;
    try (MobulaRuntime runtime = Mobula.init()) {
      runtime.get(started(work)); // warms the code up, so that the first timing is fair
      getLate(work);
      makeTasksLarge(work * 25);
      putOnce(work * 2_500);
      takeResultsAsTheyCome(work);
    }
  }

  /** A get right behind its remote waits before the next task is even started. */
  private static void getLate(int work) {
    long early = millis(() -> IntStream.range(0, TASKS)
        .forEach(i -> Mobula.task(PerformanceTips::primes, work).remote().get()));
    long late = millis(() -> Mobula.get(started(work)));
    tell("get late", early, late);
  }

  /** A task costs some microseconds by itself: give it work for at least a millisecond. */
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
   * An argument is copied for each task; what was put is stored once, and a tensor is read where it
   * lies.
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

  /** Waiting for all before working on any leaves the caller idle meanwhile. */
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

  /** Something to compute: how many primes there are below so many hundreds. */
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
