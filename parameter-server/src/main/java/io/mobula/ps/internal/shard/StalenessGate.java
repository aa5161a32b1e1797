package io.mobula.ps.internal.shard;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.WorkerEvictedException;
import io.mobula.ps.internal.clock.WorkerTracker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gate that lets pulls through according to the table's consistency rule: holds the workers' clocks
 * and the pulls that wait. For one thread.
 */
final class StalenessGate {
  private static final int MAX_DEPARTED = 10_000;

  private final String table;
  private final Consistency rule;
  private final WorkerTracker workers = new WorkerTracker();
  private final List<WaitingRead> waitingReads = new ArrayList<>();
  private final ShardCounters counters;
  private final Set<Long> gone = new HashSet<>(); // left since this shard lost state
  private long applied;
  private boolean begun;
  private boolean mayLackWorkers;

  /** Pull that waits; {@code answer} runs when the slowest worker has advanced far enough. */
  private record WaitingRead(long worker, Runnable answer, Consumer<RuntimeException> refused) {}

  StalenessGate(String table, Consistency rule, ShardCounters counters) {
    this.table = table;
    this.rule = rule;
    this.counters = counters;
  }

  String table() {
    return table;
  }

  WorkerTracker workers() {
    return workers;
  }

  boolean isBulk() {
    return rule.isBulk();
  }

  int waitingReads() {
    return waitingReads.size();
  }

  /** Returns the number of steps that are applied. */
  long applied() {
    return applied;
  }

  /** Starts at a step; of several starts, the lowest step counts. */
  void begin(long step) {
    applied = begun ? Math.min(applied, step) : step;
    begun = true;
  }

  /** Notes that the table has workers that this shard does not know. */
  void expectUnknownWorkers() {
    mayLackWorkers = true;
  }

  void leave(long worker) {
    workers.leave(worker);
    if (mayLackWorkers && gone.size() < MAX_DEPARTED) {
      gone.add(worker);
    }
  }

  /** Refuses a worker that this shard has lost. A reader that is no worker has the number 0. */
  void requireKnown(long worker) {
    if (mayLackWorkers && worker != 0 && !workers.isPresent(worker) && !gone.contains(worker)) {
      throw new UnknownWorkerException(table);
    }
  }

  /** Records a sign of life of a worker; throws if the worker is not one of the table's. */
  void recordActivity(long worker) {
    requireKnown(worker);
    if (!workers.isPresent(worker)) {
      throw new WorkerEvictedException(
          "This worker is none of " + table
              + " any more: it was closed, another joined with its rank, or it did not call clock() for "
              + rule.workerTimeout() + " while others waited. Join again.",
          null);
    }
    workers.recordActivity(worker, System.nanoTime());
  }

  /**
   * Records that all steps up to {@code slowest} are applied, and answers the pulls that may now
   * read.
   */
  void advance(long slowest) {
    applied = slowest;
    var ready = new ArrayList<WaitingRead>();
    waitingReads.removeIf(each -> {
      boolean goes = mayRead(each.worker()) || !workers.isPresent(each.worker());
      if (goes) {
        ready.add(each);
      }
      return goes;
    });
    ready.forEach(each -> each.answer().run());
  }

  /** Fails all waiting pulls with an exception. */
  void refuseWaiting(Supplier<RuntimeException> reason) {
    var all = List.copyOf(waitingReads);
    waitingReads.clear();
    all.forEach(each -> each.refused().accept(reason.get()));
  }

  private boolean mayRead(long worker) {
    return rule.mayRead(workers.endedSteps(worker), applied);
  }

  /**
   * Returns a future that completes when the worker may read; a reader that is no worker always
   * may.
   */
  <T extends @Nullable Object> CompletableFuture<T> read(long worker, Supplier<T> answer) {
    workers.recordActivity(worker, System.nanoTime());
    if (!workers.isPresent(worker) || mayRead(worker)) {
      return CompletableFuture.completedFuture(answered(worker, answer));
    }
    var later = new CompletableFuture<T>();
    waitingReads.add(new WaitingRead(
        worker, () -> answerLater(worker, later, answer), later::completeExceptionally));
    counters.recordWait();
    return later;
  }

  private <T extends @Nullable Object> void answerLater(
      long worker, CompletableFuture<T> later, Supplier<T> answer) {
    try {
      recordActivity(worker);
      later.complete(answered(worker, answer));
    } catch (RuntimeException e) {
      later.completeExceptionally(e);
    } catch (Error e) {
      later.completeExceptionally(RequestFailures.of("an answer from " + table, e));
    }
  }

  private <T extends @Nullable Object> T answered(long worker, Supplier<T> answer) {
    counters.recordRead(workers.isPresent(worker) ? workers.endedSteps(worker) - applied : 0);
    return answer.get();
  }
}
