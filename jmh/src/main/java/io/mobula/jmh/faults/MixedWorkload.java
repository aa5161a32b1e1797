package io.mobula.jmh.faults;

import io.mobula.MobulaRuntime;
import io.mobula.testkit.fault.History;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Workload threads of a driver, which run random scenarios one after the other until they are told
 * to finish.
 */
final class MixedWorkload {
  /** Threads of the spared driver. */
  static final Threads USUAL = new Threads("t", 6);

  /**
   * Maximum pause between two scenarios. Without pauses, starting processes would find no free
   * core, and the test would show nothing.
   */
  private static final int THINKING_MILLIS = 150;

  private final List<Thread> threads = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final AtomicInteger ended = new AtomicInteger();
  private volatile boolean finishing;

  private MixedWorkload() {}

  /**
   * Number and name of the threads.
   *
   * @param name prefix of each thread's name, and of its actors' and groups' names
   */
  record Threads(String name, int count) {}

  /**
   * Starts all threads of the workload.
   *
   * @param errors simple names of exceptions that any operation may end with
   */
  static MixedWorkload start(
      Threads threads, MobulaRuntime runtime, History history, long seed, Set<String> errors) {
    var workload = new MixedWorkload();
    for (int i = 0; i < threads.count(); i++) {
      var session = new WorkloadSession(
          threads.name() + i, runtime, history, seed * threads.count() + i, errors);
      workload.threads.add(Thread.ofPlatform()
          .daemon()
          .name("fault-workload-" + i)
          .start(() -> workload.runScenarios(session)));
    }
    return workload;
  }

  private void runScenarios(WorkloadSession session) {
    try {
      while (!finishing) {
        WorkloadScenario.draw(session.random()).run(session);
        ended.incrementAndGet();
        TimeUnit.MILLISECONDS.sleep(session.random().nextInt(THINKING_MILLIS));
      }
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      failed(Thread.currentThread().getName() + " has failed: " + e);
    }
  }

  private synchronized void failed(String how) {
    failures.add(how);
  }

  /** Returns the number of scenarios that have ended. */
  int ended() {
    return ended.get();
  }

  /** Returns the failures of the workload itself. */
  synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  /** Starts no further scenario, and waits for the running ones within {@code timeout} in all. */
  void finish(Duration timeout) throws InterruptedException {
    finishing = true;
    long end = System.nanoTime() + timeout.toNanos();
    for (var thread : threads) {
      var left = Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
      if (!thread.join(left)) {
        failed(
            thread.getName() + " has not come to an end within " + timeout + ", and waits:\n  at "
                + String.join(
                    "\n  at ",
                    java.util.Arrays.stream(thread.getStackTrace())
                        .map(StackTraceElement::toString)
                        .toList()));
      }
    }
  }
}
