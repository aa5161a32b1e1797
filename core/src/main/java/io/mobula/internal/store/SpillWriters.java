package io.mobula.internal.store;

import io.mobula.error.MobulaException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.execution.Execution;
import io.mobula.spi.SpillTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that write evicted values: one for each disk, while there is something to write. They are
 * separate threads because an interrupt of a user's thread would close the file that it writes.
 */
final class SpillWriters {
  private static final Logger LOG = LoggerFactory.getLogger(SpillWriters.class);
  private static final long LAST_WRITES_SECONDS = 1;

  private final SpillTarget target;
  private final int count;
  private final ExecutorService threads;

  SpillWriters(SpillTarget target, StoreThreads.ExecutorFactory executors) {
    this.target = target;
    this.count = Math.max(1, target.writers());
    this.threads = executors.create("mobula-spill", count);
  }

  /** Sum of one round, to which each thread adds its result. */
  private static final class Tally {
    long freed;
    List<RuntimeException> failures = new ArrayList<>();

    synchronized void add(long bytes) {
      freed += bytes;
    }

    synchronized void add(RuntimeException failure) {
      failures.add(failure);
    }

    /** Returns the freed bytes; throws only if nothing could be written at all. */
    synchronized long outcome() {
      if (freed == 0 && !failures.isEmpty()) {
        throw failures.getFirst();
      }
      return freed;
    }
  }

  /**
   * Evicts all victims, and waits.
   *
   * @param stayed receives those that are in memory still
   * @return the number of bytes that were freed
   * @throws MobulaException when none could be written
   */
  long spill(List<SpillableStorage> victims, Consumer<SpillableStorage> stayed) {
    var queue = new ConcurrentLinkedQueue<>(victims);
    var tally = new Tally();
    var running = new ArrayList<CompletableFuture<Void>>();
    for (int i = 0; i < Math.min(count, victims.size()); i++) {
      running.add(start(queue, tally, stayed));
    }
    await(CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new)));
    return tally.outcome();
  }

  private CompletableFuture<Void> start(
      ConcurrentLinkedQueue<SpillableStorage> queue,
      Tally tally,
      Consumer<SpillableStorage> stayed) {
    try {
      return CompletableFuture.runAsync(() -> drain(queue, tally, stayed), threads);
    } catch (RejectedExecutionException e) {
      giveBack(queue, stayed);
      throw new RuntimeClosedException("The store is being closed: nothing is spilled any more.");
    }
  }

  /** Writes victims until none is left or one fails; after a failure the rest would fail, too. */
  private void drain(
      ConcurrentLinkedQueue<SpillableStorage> queue,
      Tally tally,
      Consumer<SpillableStorage> stayed) {
    for (var next = queue.poll(); next != null; next = queue.poll()) {
      try {
        long freed = next.evict(target);
        tally.add(freed);
        if (freed == 0) {
          stayed.accept(next);
        }
      } catch (RuntimeException e) {
        tally.add(e);
        stayed.accept(next);
        giveBack(queue, stayed);
      } catch (Error e) {
        stayed.accept(next);
        giveBack(queue, stayed);
        throw e;
      }
    }
  }

  private static void giveBack(
      ConcurrentLinkedQueue<SpillableStorage> queue, Consumer<SpillableStorage> stayed) {
    for (var next = queue.poll(); next != null; next = queue.poll()) {
      next.cancelEviction();
      stayed.accept(next);
    }
  }

  private static void await(CompletableFuture<Void> written) {
    var hold = Execution.currentHold();
    hold.giveBack();
    try {
      written.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while the store spilled to disk to make room for a value.");
    } catch (ExecutionException e) {
      throw new IllegalStateException("A spill writer failed", e.getCause());
    } finally {
      hold.takeBack();
    }
  }

  /** Ends the threads and removes what they wrote. */
  void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(LAST_WRITES_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("A spilled value was still being written when the store closed.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    target.close();
  }
}
