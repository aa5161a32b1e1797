package io.mobula.cluster;

import io.mobula.MobulaRuntime;
import io.mobula.error.MobulaException;
import io.mobula.placement.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads of a driver that run tasks, one after the other, and check every value, until they are
 * told to finish. Tasks may run again as often as they have to.
 */
final class SteadyTaskLoad {
  private static final int RETRIES = 100;
  private static final int MAX_KEPT = 20;

  private final MobulaRuntime runtime;
  private final int millis;
  private final Duration limit;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger right = new AtomicInteger();
  private final AtomicInteger wrong = new AtomicInteger();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean enough;

  private SteadyTaskLoad(MobulaRuntime runtime, int millis, Duration limit) {
    this.runtime = runtime;
    this.millis = millis;
    this.limit = limit;
  }

  /**
   * Starts the threads of the load.
   *
   * @param millis duration of a task
   * @param limit time within which each task has to end
   */
  static SteadyTaskLoad start(MobulaRuntime runtime, int threads, int millis, Duration limit) {
    var work = new SteadyTaskLoad(runtime, millis, limit);
    for (int i = 0; i < threads; i++) {
      work.threads.add(Thread.ofPlatform().daemon().name("steady-work-" + i).start(work::go));
    }
    return work;
  }

  static long square(long number, int millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis); // stands for work
    return number * number;
  }

  private void go() {
    while (!enough) {
      long number = next.incrementAndGet();
      try (var ref = runtime
          .task(SteadyTaskLoad::square, number, millis)
          .maxRetries(RETRIES)
          .placement(Placement.spread())
          .remote()) {
        long value = ref.get(limit);
        if (value != number * number) {
          failed("the square of " + number + " is " + value);
        } else {
          right.incrementAndGet();
        }
      } catch (MobulaException e) {
        failed("the square of " + number + ": " + e);
        if (runtime.isClosed()) {
          return;
        }
      }
    }
  }

  private void failed(String how) {
    wrong.incrementAndGet();
    System.out.println("SteadyTaskLoad: " + how);
    if (failures.size() < MAX_KEPT) {
      failures.add(how);
    }
  }

  /** Returns how many tasks have ended with their value. */
  int right() {
    return right.get();
  }

  /** Returns the first failures of tasks. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Waits for running tasks. Returns how many tasks ended without their value. */
  int finish() throws InterruptedException {
    enough = true;
    for (var thread : threads) {
      if (!thread.join(limit.plusSeconds(10))) {
        failed("a task has no end after " + limit);
      }
    }
    return wrong.get();
  }
}
