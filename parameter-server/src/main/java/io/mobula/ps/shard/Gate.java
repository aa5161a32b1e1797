package io.mobula.ps.shard;

import io.mobula.ps.clock.WorkerTracker;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.WorkerEvictedException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may read a table now: its rule, the clocks of its workers, and those who wait. One thread.
 */
final class Gate {
  private static final int MOST_GONE = 10_000;

  private final String table;
  private final Consistency rule;
  private final WorkerTracker workers = new WorkerTracker();
  private final List<Waiting> waiting = new ArrayList<>();
  private final Traffic traffic;
  private final Set<Long> gone = new HashSet<>(); // since this shard forgot
  private long applied;
  private boolean begun;
  private boolean forgetful;

  /** Somebody who may not read yet; {@code answer} runs when the slowest has come far enough. */
  private record Waiting(long worker, Runnable answer, Consumer<RuntimeException> refused) {}

  Gate(String table, Consistency rule, Traffic traffic) {
    this.table = table;
    this.rule = rule;
    this.traffic = traffic;
  }

  String table() {
    return table;
  }

  WorkerTracker clocks() {
    return workers;
  }

  boolean isBulk() {
    return rule.isBulk();
  }

  int waiting() {
    return waiting.size();
  }

  /** Up to which step everything is applied. */
  long applied() {
    return applied;
  }

  /** Begins where others have come to; where those who came last of them are. */
  void begin(long step) {
    applied = begun ? Math.min(applied, step) : step;
    begun = true;
  }

  /** From now on there are workers that this shard does not know, though they are the table's. */
  void forget() {
    forgetful = true;
  }

  void leave(long worker) {
    workers.leave(worker);
    if (forgetful && gone.size() < MOST_GONE) {
      gone.add(worker);
    }
  }

  /** Refuses a worker that was forgotten; one that is no worker has the number 0. */
  void requireKnown(long worker) {
    if (forgetful && worker != 0 && !workers.isPresent(worker) && !gone.contains(worker)) {
      throw new ForgottenException(table);
    }
  }

  /** Notes a sign of life of a worker, which must be one of the table's. */
  void enter(long worker) {
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

  /** All steps up to the slowest's are applied: answers those who may read now. */
  void open(long slowest) {
    applied = slowest;
    var ready = new ArrayList<Waiting>();
    waiting.removeIf(each -> {
      boolean goes = mayRead(each.worker()) || !workers.isPresent(each.worker());
      if (goes) {
        ready.add(each);
      }
      return goes;
    });
    ready.forEach(each -> each.answer().run());
  }

  /** Answers nobody who waits, but with an exception. */
  void sendAway(Supplier<RuntimeException> reason) {
    var all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(each -> each.refused().accept(reason.get()));
  }

  private boolean mayRead(long worker) {
    return rule.mayRead(workers.endedSteps(worker), applied);
  }

  /** Completes when the worker may read, which strangers always may. */
  <T extends @Nullable Object> CompletableFuture<T> read(long worker, Supplier<T> answer) {
    workers.recordActivity(worker, System.nanoTime());
    if (!workers.isPresent(worker) || mayRead(worker)) {
      return CompletableFuture.completedFuture(answered(worker, answer));
    }
    var later = new CompletableFuture<T>();
    waiting.add(new Waiting(
        worker, () -> answerLater(worker, later, answer), later::completeExceptionally));
    traffic.waited();
    return later;
  }

  private <T extends @Nullable Object> void answerLater(
      long worker, CompletableFuture<T> later, Supplier<T> answer) {
    try {
      enter(worker);
      later.complete(answered(worker, answer));
    } catch (RuntimeException e) {
      later.completeExceptionally(e);
    } catch (Error e) {
      later.completeExceptionally(RequestError.of("an answer from " + table, e));
    }
  }

  private <T extends @Nullable Object> T answered(long worker, Supplier<T> answer) {
    traffic.read(workers.isPresent(worker) ? workers.endedSteps(worker) - applied : 0);
    return answer.get();
  }
}
