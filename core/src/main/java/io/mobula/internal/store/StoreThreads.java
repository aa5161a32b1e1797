package io.mobula.internal.store;

import io.mobula.internal.process.HeapExhaustion;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads of one node's store: one pool for users' callbacks, one for work that waits, and one for
 * files. They are separate, because work of one pool may wait for work of the next. Safe for all
 * threads; nothing blocks but the wait for the last work.
 */
public final class StoreThreads {
  private static final Logger LOG = LoggerFactory.getLogger(StoreThreads.class);
  private static final int MAX_FETCH_THREADS = 32;
  private static final int MAX_OPEN_THREADS = 8;
  private static final long LAST_WORK_SECONDS = 1;

  private final Executor callbacks;
  private final ExecutorService background;
  private final ExecutorService files;

  /** Factory of the threads that fetch values and open files. */
  @FunctionalInterface
  public interface ExecutorFactory {
    /**
     * Creates an executor, which has no thread yet.
     *
     * @param name the prefix of the threads' names
     * @param max the largest number of threads at the same time
     */
    ExecutorService create(String name, int max);
  }

  StoreThreads(Executor callbacks, ExecutorFactory executors) {
    this.callbacks = callbacks;
    this.background = executors.create("mobula-fetch", MAX_FETCH_THREADS);
    this.files = executors.create("mobula-file-open", MAX_OPEN_THREADS);
  }

  /**
   * Runs an action that may run users' code, on a thread of its own; in the calling thread when the
   * node closes.
   */
  public void runCallback(Runnable action) {
    try {
      callbacks.execute(action);
    } catch (RejectedExecutionException closing) {
      action.run();
    }
  }

  /**
   * Runs an action that may run users' code, on a thread of its own.
   *
   * @throws RejectedExecutionException when the node closes
   */
  void requireCallback(Runnable action) {
    callbacks.execute(action);
  }

  /**
   * Runs work that may wait for memory, disks and other nodes, on a background thread of the store;
   * in the calling thread when the store closes, where such waits are refused at once.
   *
   * <p>The work must not wait for other work of these threads. Users' code never runs there: if
   * enough of it waited, the work that it waits for could not run.
   */
  public void runInBackground(Runnable work) {
    run(background, work);
  }

  /**
   * Runs work that creates, opens and maps files of this host and waits for nothing else; in the
   * calling thread when the store closes. These threads are separate from those of
   * {@link #runCallback}, which users' code may occupy, and of {@link #runInBackground}, which wait
   * for such files.
   */
  public void runFileWork(Runnable work) {
    run(files, work);
  }

  private static void run(Executor threads, Runnable work) {
    try {
      threads.execute(() -> runForOthers(work));
    } catch (RejectedExecutionException closing) {
      work.run();
    }
  }

  /** Runs the work and logs its failure, so that whoever waits for it is not left waiting. */
  private static void runForOthers(Runnable work) {
    try {
      work.run();
    } catch (Throwable broken) {
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("Work of the store has failed", broken);
    }
  }

  /** Accepts no more work for the background and for files. */
  void shutdown() {
    background.shutdown();
    files.shutdown();
  }

  /** Waits a moment for the work in the background; returns whether all of it has ended. */
  boolean awaitBackgroundWork() throws InterruptedException {
    return background.awaitTermination(LAST_WORK_SECONDS, TimeUnit.SECONDS);
  }
}
