package io.mobula.internal.task;

import io.mobula.Gpu;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slot of this node that runs another node's tasks: one lease, one platform thread, tasks in the
 * order of arrival. When its task waits or runs for long, the tasks behind it are returned to the
 * submitter. A task that has returned a stage frees the slot before its value is complete.
 */
final class HostedTaskSlot implements LeaseGranter.LeaseUse, CpuHold, WaitPoint {
  private static final Logger LOG = LoggerFactory.getLogger(HostedTaskSlot.class);
  private static final Duration RETURN_DELAY = Duration.ofMillis(10);

  private final NodeId submitter;
  private final long number;
  private final Lease lease;
  private final TaskHost host;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final HostedTasks tasks = new HostedTasks();
  private long rounds;
  private volatile boolean hasWork; // a task is queued, or the slot ends
  private boolean busy;
  private boolean watched;
  private boolean waiting;
  private boolean ending;
  private @Nullable Thread worker;
  private final CompletableFuture<Boolean> over = new CompletableFuture<>();
  private boolean ended;

  HostedTaskSlot(NodeId submitter, long number, Lease lease, TaskHost host) {
    this.submitter = submitter;
    this.number = number;
    this.lease = lease;
    this.host = host;
  }

  NodeId submitter() {
    return submitter;
  }

  long lease() {
    return number;
  }

  TaskHost host() {
    return host;
  }

  void start() {
    try {
      host.startSlot(this::work);
    } catch (RejectedExecutionException | OutOfMemoryError noThread) {
      LOG.warn("No thread for a slot of node {}", submitter, noThread);
      finish();
    }
  }

  /**
   * Adds a task that has arrived; returns it to the submitter immediately if the slot waits or has
   * ended.
   */
  void add(TaskRun run) {
    lock.lock();
    try {
      if (!waiting && !ended && !ending) {
        tasks.add(run);
        run.progress().waitFor(TaskEvent.ENQUEUE, "its turn in a slot", this);
        hasWork = true;
        work.signal();
        watch();
        return;
      }
    } finally {
      lock.unlock();
    }
    run.abandon();
    host.returned(submitter, number, List.of(run.spec().id()));
  }

  /** Schedules a check whether the running task keeps others waiting; called under the lock. */
  private void watch() {
    if (busy && !watched) {
      watched = true;
      long seen = rounds;
      host.after(RETURN_DELAY, () -> returnWaitingIfStuck(seen));
    }
  }

  private void returnWaitingIfStuck(long seen) {
    lock.lock();
    try {
      watched = false;
      if (!busy || !tasks.hasWaiting() || waiting || ended) {
        return;
      }
      if (rounds != seen) {
        watch();
        return;
      }
    } finally {
      lock.unlock();
    }
    host.returned(submitter, number, returnUnstarted(() -> {}));
  }

  private void work() {
    lock.lock();
    try {
      worker = Thread.currentThread();
    } finally {
      lock.unlock();
    }
    try {
      for (var run = next(); run != null; run = next()) {
        LocalAttempt.run(run, this);
      }
    } finally {
      finish();
    }
  }

  /** Waits for the next task; returns null when the slot ends. */
  private @Nullable TaskRun next() {
    var present = poll();
    if (present != null) {
      return present;
    }
    if (host.spinWait().isWorthwhile()) {
      var _ = host.spinWait().spinUntil(this::hasNews);
    }
    return take();
  }

  /** Takes the next task if there is one. */
  private @Nullable TaskRun poll() {
    lock.lock();
    try {
      busy = tasks.hasWaiting();
      return busy ? begin() : null;
    } finally {
      lock.unlock();
    }
  }

  /** Begins the task whose turn it is; called under the lock. */
  private @Nullable TaskRun begin() {
    busy = true;
    rounds++;
    var first = tasks.begin();
    hasWork = tasks.hasWaiting();
    if (hasWork) {
      watch();
    }
    return first;
  }

  private boolean hasNews() {
    return hasWork;
  }

  private @Nullable TaskRun take() {
    lock.lock();
    try {
      busy = false;
      while (!tasks.hasWaiting() && !ending) {
        work.await();
      }
      return tasks.hasWaiting() ? begin() : null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void finish() {
    returnUnstarted(() -> ended = true);
    lease.release();
    host.closed(this, begun(), "its slot ended under it");
    forgetIfOver();
    over.complete(true);
  }

  /**
   * Returns unstarted tasks and ends the slot after its present task, as this node leaves.
   *
   * @return completes when the slot has ended
   */
  CompletableFuture<Boolean> leave() {
    var unbegun = returnUnstarted(() -> ending = true);
    if (!unbegun.isEmpty()) {
      host.returned(submitter, number, unbegun);
    }
    lock.lock();
    try {
      work.signalAll();
    } finally {
      lock.unlock();
    }
    return over;
  }

  /**
   * Reports the running task as lost if it has called {@code System.exit}: it will never end, and
   * its submitter need not wait for the rest of this node.
   */
  void endAt(ExitCall exit) {
    lock.lock();
    try {
      if (ended || worker == null || !exit.isMadeBy(worker)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    returnUnstarted(() -> ending = true);
    host.closed(this, begun(), "the work that runs there has called System.exit");
    over.complete(true);
  }

  /**
   * Returns the tasks that have begun and have no outcome: they may have had effects, and nothing
   * will complete them.
   */
  private List<ObjectId> begun() {
    lock.lock();
    try {
      return tasks.all(false).stream().map(run -> run.spec().id()).toList();
    } finally {
      lock.unlock();
    }
  }

  private void forgetIfOver() {
    boolean over;
    lock.lock();
    try {
      over = ended && !tasks.hasStaged();
    } finally {
      lock.unlock();
    }
    if (over) {
      host.forget(this);
    }
  }

  /** Notes that a task has returned a stage: it frees the slot but is not finished. */
  void staged(ObjectId id) {
    lock.lock();
    try {
      if (!tasks.stage(id)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    host.staged(this, id);
  }

  /** Returns an unstarted task to the submitter, as one of its arguments must be located first. */
  void returnUnstarted(ObjectId id, ObjectId absent) {
    TaskRun run;
    lock.lock();
    try {
      run = tasks.removeUnstarted(id);
    } finally {
      lock.unlock();
    }
    if (run != null) {
      run.abandon();
      host.absent(this, id, absent);
    }
  }

  /** Removes all unstarted tasks, which the caller returns to the submitter. */
  private List<ObjectId> returnUnstarted(Runnable change) {
    List<TaskRun> back;
    lock.lock();
    try {
      change.run();
      back = tasks.removeWaiting();
      hasWork = ending || ended;
    } finally {
      lock.unlock();
    }
    back.forEach(TaskRun::abandon);
    return back.stream().map(run -> run.spec().id()).toList();
  }

  /** Notes that a task has its outcome. */
  void over(ObjectId id) {
    boolean wasStaged;
    lock.lock();
    try {
      wasStaged = tasks.end(id);
    } finally {
      lock.unlock();
    }
    if (wasStaged) {
      forgetIfOver();
    }
  }

  /** Returns the task with that id in this slot, or null. */
  @Nullable
  TaskRun find(ObjectId id) {
    lock.lock();
    try {
      return tasks.find(id);
    } finally {
      lock.unlock();
    }
  }

  /** Ends the slot and stops its tasks: the submitter has released the lease. */
  @Override
  public void end() {
    end(false);
  }

  /** Ends the slot and stops all of its tasks: the submitter has left. */
  void orphaned() {
    end(true);
  }

  private void end(boolean all) {
    List<TaskRun> affected;
    lock.lock();
    try {
      ending = true;
      hasWork = true;
      affected = tasks.all(all);
      work.signalAll();
    } finally {
      lock.unlock();
    }
    affected.forEach(run -> run.cancel(run.spec().number(), true));
  }

  @Override
  public WaitStep waitStep() {
    Thread runs;
    boolean over;
    lock.lock();
    try {
      runs = busy ? worker : null;
      over = ended;
    } finally {
      lock.unlock();
    }
    var what = "the slot that node " + submitter + " was lent under lease " + number;
    var blocked = BlockedThread.of(runs);
    if (over) {
      return WaitStep.end(
          what + " has ended, and a task in it was not given back", WaitCause.NOBODY);
    }
    return blocked == null
        ? WaitStep.end(
            what + (runs == null ? " is about to begin it" : " runs another"), WaitCause.RUNNING)
        : WaitStep.via(what + " runs another", blocked);
  }

  @Override
  public List<Gpu> gpus() {
    return lease.gpus();
  }

  @Override
  public void giveBack() {
    var unbegun = returnUnstarted(() -> waiting = true);
    lease.giveBack();
    host.blocked(this, unbegun);
  }

  @Override
  public void takeBack() {
    lease.takeBack();
    lock.lock();
    try {
      waiting = false;
    } finally {
      lock.unlock();
    }
    host.resumed(this);
  }
}
