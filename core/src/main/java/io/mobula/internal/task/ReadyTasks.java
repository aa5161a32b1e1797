package io.mobula.internal.task;

import io.mobula.internal.ledger.Lease;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ready tasks of one queue in their order, for which idle slots of this node wait. The lock of the
 * queue guards it, and is released while a slot waits.
 */
final class ReadyTasks {
  private static final long QUANTUM_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final ReentrantLock lock;
  private final Condition work;
  private final SlotDemand demand;
  private final ObjectStore store;
  private final long idleNanos;
  private final Deque<TaskRun> tasks = new ArrayDeque<>();
  private final AtomicInteger wakeups = new AtomicInteger(); // events that may end a wait
  private boolean closed;

  /**
   * Makes an empty list.
   *
   * @param lock the lock of the queue
   * @param demand counts the idle slots
   * @param idleNanos how long a slot waits for a task
   */
  ReadyTasks(ReentrantLock lock, SlotDemand demand, ObjectStore store, long idleNanos) {
    this.lock = lock;
    this.work = lock.newCondition();
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
      work.signal();
    }
  }

  /** Wakes all idle slots, which look whether they should end. */
  void wakeAll() {
    wakeups.incrementAndGet();
    work.signalAll();
  }

  /**
   * Waits for the next task; returns null when the slot should end: no task came for a while, or
   * others wait for its resources.
   */
  @Nullable
  TaskRun await(Lease lease) {
    if (lease.isRecalled() && lease.ageNanos() > QUANTUM_NANOS) {
      return null;
    }
    long left = idleNanos;
    boolean looked = false;
    while (tasks.isEmpty() && left > 0 && !closed && !lease.isRecalled()) {
      demand.addIdle(1);
      try {
        if (looked) {
          left = work.awaitNanos(left);
        } else {
          looked = true;
          lookOut();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      } finally {
        demand.addIdle(-1);
      }
    }
    return poll();
  }

  /** Spins briefly: a slot that has just run a task may get the next one without parking. */
  private void lookOut() {
    var spinWait = store.spinWait();
    if (spinWait.isWorthwhile()) {
      int seen = wakeups.get();
      lock.unlock();
      try {
        var _ = spinWait.spinUntil(() -> wakeups.get() != seen);
      } finally {
        lock.lock();
      }
    }
  }
}
