package io.mobula.internal.node;

import io.mobula.internal.execution.ElasticPool;
import io.mobula.internal.execution.ExitCall;
import io.mobula.spi.DelayTimer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Thread pools of a node that run users' code. Thread-safe.
 *
 * @param slots bodies of tasks
 * @param methods methods of actors with a concurrency above one, and factories of behaviors
 * @param virtualThreads methods of virtual actors with a concurrency above one
 * @param callbacks actions that users attach to results
 */
record NodeThreads(
    ExecutorService slots,
    ExecutorService methods,
    ExecutorService virtualThreads,
    ExecutorService callbacks) {
  private static final int CALLBACK_THREADS = 64;

  /** Prefixes of the names of threads that run users' code. */
  private static final List<String> PREFIXES =
      List.of("mobula-task", "mobula-actor", "mobula-mobula.actors", "mobula-callback");

  /** Creates pools without threads. */
  static NodeThreads create(NodeSettings settings, DelayTimer timer) {
    int maxTaskThreads = settings.tasks().maxThreads();
    return new NodeThreads(
        ElasticPool.create(slotThreads(), maxTaskThreads),
        ElasticPool.create("mobula-actor", settings.actors().maxThreads()),
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("mobula-virtual-", 1).factory()),
        ElasticPool.createGrowing("mobula-callback", CALLBACK_THREADS, maxTaskThreads, timer));
  }

  /**
   * Returns the factory of slot threads. Each slot has a thread group, which identifies the threads
   * that its tasks start.
   */
  private static ThreadFactory slotThreads() {
    var all = Thread.currentThread().getThreadGroup();
    var numbers = new AtomicLong();
    return work -> {
      var name = "mobula-task-" + numbers.incrementAndGet();
      return Thread.ofPlatform()
          .daemon()
          .group(new ThreadGroup(all, name))
          .name(name)
          .unstarted(work);
    };
  }

  /** Returns whether a thread that runs users' code has called {@code System.exit}. */
  static boolean haveCalled(ExitCall exit) {
    return exit.isMadeByOneOf(PREFIXES);
  }

  /** Accepts no more tasks and methods, and interrupts those that run. */
  void interruptWork() {
    for (var pool : List.of(slots, methods, virtualThreads)) {
      pool.shutdownNow();
    }
  }

  /** Accepts nothing more; what runs or is queued goes on. */
  void shutdown() {
    for (var pool : all()) {
      pool.shutdown();
    }
  }

  /** Returns the pools with platform threads that run tasks and methods. */
  List<ExecutorService> interruptible() {
    return List.of(slots, methods);
  }

  /** Returns all pools of the node. */
  List<ExecutorService> all() {
    return List.of(slots, methods, virtualThreads, callbacks);
  }

  /**
   * Waits until all threads of these pools have ended; returns whether they have.
   *
   * @param end the deadline, by {@link System#nanoTime()}
   */
  static boolean awaitEnd(List<ExecutorService> pools, long end) throws InterruptedException {
    boolean ended = true;
    for (var pool : pools) {
      ended &= pool.awaitTermination(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
    return ended;
  }
}
