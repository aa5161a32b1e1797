package io.mobula.jmh.faults;

import io.mobula.MobulaRuntime;
import io.mobula.testkit.fault.History;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads of a driver that do one drawn episode after the other until they are told to finish. */
final class MixedWorkload {
  /** Those of the driver that is spared. */
  static final Threads USUAL = new Threads("t", 6);

  /** Between two episodes: a machine without a free core for those that start proves nothing. */
  private static final int THINKING_MILLIS = 150;

  private final List<Thread> threads = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final AtomicInteger ended = new AtomicInteger();
  private volatile boolean finishing;

  private MixedWorkload() {}

  /**
   * How many threads, and what they are called.
   *
   * @param name that of each, before its number: names of actors and groups begin with it
   */
  record Threads(String name, int count) {}

  /**
   * Starts them.
   *
   * @param errors the simple names of exceptions that any operation may end with
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

  /** How many histories have come to their end. */
  int ended() {
    return ended.get();
  }

  /** What went wrong with the workload itself. */
  synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  /** No further episode begins; waits for those under way, for so long in all. */
  void finish(Duration limit) throws InterruptedException {
    finishing = true;
    long end = System.nanoTime() + limit.toNanos();
    for (var thread : threads) {
      var left = Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
      if (!thread.join(left)) {
        failed(thread.getName() + " has not come to an end within " + limit + ", and waits:\n  at "
            + String.join(
                "\n  at ",
                java.util.Arrays.stream(thread.getStackTrace())
                    .map(StackTraceElement::toString)
                    .toList()));
      }
    }
  }
}
