package io.mobula.internal.task;

import io.mobula.error.RuntimeClosedException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Limiter of one submitter's pending work, in tasks and in bytes of their arguments. A submitter
 * above the limit waits, for a limited time, until pending tasks end.
 */
final class AdmissionLimiter {
  private final Limits limits;
  private final AtomicLong tasks = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong waiting = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private volatile boolean closed;

  /**
   * Limits of pending work.
   *
   * @param tasks how many tasks may be pending
   * @param bytes how many bytes their arguments may take in the heap
   * @param submitTimeout how long a submitter waits before its task is rejected
   */
  record Limits(long tasks, long bytes, Duration submitTimeout) {}

  AdmissionLimiter(Limits limits) {
    this.limits = limits;
  }

  /** Admits a task; waits for pending tasks to end if the limit is reached. */
  void admit(Supplier<String> what, long heapBytes) {
    if (!tryEnter(heapBytes)) {
      enterSlowly(what.get(), heapBytes);
    }
  }

  private boolean tryEnter(long heapBytes) {
    long nowTasks = tasks.incrementAndGet();
    long nowBytes = bytes.addAndGet(heapBytes);
    if (nowTasks <= limits.tasks() && (nowBytes <= limits.bytes() || nowTasks == 1)) {
      return true;
    }
    tasks.decrementAndGet();
    bytes.addAndGet(-heapBytes);
    return false;
  }

  private void enterSlowly(String what, long heapBytes) {
    var hold = Execution.currentHold();
    hold.giveBack();
    lock.lock();
    waiting.incrementAndGet();
    try (var _ = BlockedThread.enter(() -> waitStep(what))) {
      long left = limits.submitTimeout().toNanos();
      while (!tryEnter(heapBytes)) {
        if (closed) {
          throw new RuntimeClosedException(
              "The runtime closed while " + what + " waited to be submitted.");
        }
        if (left <= 0) {
          throw new SubmissionRejectedException(what + " was not submitted: " + tasks.get()
              + " tasks with " + bytes.get()
              + " bytes of arguments are pending, and none ended within " + limits.submitTimeout()
              + ". Wait for results before submitting more, or raise mobula.tasks.max-pending.");
        }
        left = room.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException("Interrupted while " + what + " waited to be submitted.");
    } finally {
      waiting.decrementAndGet();
      lock.unlock();
      hold.takeBack();
    }
  }

  private WaitStep waitStep(String what) {
    return WaitStep.end(
        "waits until fewer tasks are pending than " + tasks.get() + ", to submit " + what + ", for "
            + limits.submitTimeout() + " at most",
        WaitCause.RESOURCES);
  }

  /** Releases the place of a task that has ended. */
  void release(long heapBytes) {
    tasks.decrementAndGet();
    bytes.addAndGet(-heapBytes);
    if (waiting.get() > 0) {
      wakeAll();
    }
  }

  void close() {
    closed = true;
    wakeAll();
  }

  private void wakeAll() {
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
