package io.mobula.internal.task;

import io.mobula.internal.ledger.Lease;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Ready tasks of one queue in their order, for which idle slots of this node wait. The monitor of
 * the queue guards it: callers hold it, but for {@link #await}.
 */
final class ReadyTasks {
  private static final long QUANTUM_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Object lock;
  private final SlotDemand demand;
  private final ObjectStore store;
  private final long idleNanos;
  private final Deque<TaskRun> tasks = new ArrayDeque<>();
  private final AtomicInteger wakeups = new AtomicInteger(); // events that may end a wait
  private boolean closed;

  /**
   * Makes an empty list.
   *
   * @param lock the monitor of the queue, for which slots wait
   * @param demand counts the idle slots
   * @param idleNanos how long a slot waits for a task
   */
  ReadyTasks(Object lock, SlotDemand demand, ObjectStore store, long idleNanos) {
    this.lock = lock;
    this.demand = demand;
    this.store = store;
    this.idleNanos = idleNanos;
  }

  boolean isClosed() {
    return closed;
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  int size() {
    return tasks.size();
  }

  /** Returns the first task, or null. */
  @Nullable
  TaskRun first() {
    return tasks.peekFirst();
  }

  /**
   * Adds a task behind the others.
   *
   * @param at where the task waits from now on
   */
  void addLast(TaskRun run, WaitPoint at) {
    tasks.addLast(run);
    run.progress().setQueue(at);
    wakeOne();
  }

  /** Puts tasks back before the others, in their order. */
  void addFirst(List<TaskRun> runs, WaitPoint at) {
    for (int i = runs.size() - 1; i >= 0; i--) {
      tasks.addFirst(runs.get(i));
      runs.get(i).progress().setQueue(at);
    }
    wakeOne();
  }

  /** Takes the first task, or null. */
  @Nullable
  TaskRun poll() {
    var run = tasks.pollFirst();
    if (run != null) {
      run.progress().setQueue(null);
    }
    return run;
  }

  /** Removes and returns all tasks. */
  List<TaskRun> removeAll() {
    var all = List.copyOf(tasks);
    tasks.clear();
    return all;
  }

  /** Closes the list: idle slots end. */
  void close() {
    closed = true;
    wakeAll();
  }

  /** Wakes one idle slot. */
  private void wakeOne() {
    wakeups.incrementAndGet();
    if (demand.hasIdle()) {
      lock.notify(); // any of the slots: all of them wait for the same
    }
  }

  /** Wakes all idle slots, which look whether they should end. */
  void wakeAll() {
    wakeups.incrementAndGet();
    lock.notifyAll();
  }

  /**
   * Waits for the next task; returns null when the slot should end: no task came for a while, or
   * others wait for its resources. Called without the monitor.
   */
  @Nullable
  TaskRun await(Lease lease) {
    int seen;
    synchronized (lock) {
      if (lease.isRecalled() && lease.ageNanos() > QUANTUM_NANOS) {
        return null;
      }
      if (!isAwaited(lease) || idleNanos <= 0) {
        return poll();
      }
      demand.addIdle(1);
      seen = wakeups.get();
    }
    try {
      spin(seen);
    } catch (Throwable broken) {
      synchronized (lock) {
        demand.addIdle(-1);
      }
      throw broken;
    }
    synchronized (lock) {
      demand.addIdle(-1);
      return awaitWork(lease) ? poll() : null;
    }
  }

  /** Returns whether a slot has to wait. */
  private boolean isAwaited(Lease lease) {
    return tasks.isEmpty() && !closed && !lease.isRecalled();
  }

  /** Spins briefly: a slot that has just run a task may get the next one without parking. */
  private void spin(int seen) {
    var spinWait = store.spinWait();
    if (spinWait.isWorthwhile()) {
      var _ = spinWait.spinUntil(() -> wakeups.get() != seen);
    }
  }

  /**
   * Waits until a slot has a reason to look for a task, or has been idle for long; returns false if
   * its thread was interrupted.
   */
  private boolean awaitWork(Lease lease) {
    long end = System.nanoTime() + idleNanos;
    demand.addIdle(1);
    try {
      for (long left = idleNanos; left > 0 && isAwaited(lease); ) {
        TimeUnit.NANOSECONDS.timedWait(lock, left);
        left = end - System.nanoTime();
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      demand.addIdle(-1);
    }
  }
}
