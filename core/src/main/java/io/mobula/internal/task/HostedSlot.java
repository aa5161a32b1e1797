package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.LeaseDesk;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A slot of this node that runs the tasks of another: one lease, one platform thread, task after
 * task in the order they come. When its task waits, those behind it go back.
 */
final class HostedSlot implements LeaseDesk.Stay, CpuHold {
  private static final Logger LOG = LoggerFactory.getLogger(HostedSlot.class);

  private final NodeId submitter;
  private final long number;
  private final Lease lease;
  private final TaskWire wire;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Deque<TaskRun> inbox = new ArrayDeque<>();
  private final Map<ObjectId, TaskRun> present = new HashMap<>();
  private boolean waiting;
  private boolean ending;
  private boolean ended;

  HostedSlot(NodeId submitter, long number, Lease lease, TaskWire wire) {
    this.submitter = submitter;
    this.number = number;
    this.lease = lease;
    this.wire = wire;
  }

  NodeId submitter() {
    return submitter;
  }

  long lease() {
    return number;
  }

  TaskWire wire() {
    return wire;
  }

  void start() {
    try {
      wire.engine().startSlot(this::work);
    } catch (RejectedExecutionException | OutOfMemoryError noThread) {
      LOG.warn("No thread for a slot of node {}", submitter, noThread);
      finish();
    }
  }

  /** A task has come; it is returned at once if the slot waits or has ended. */
  void add(TaskRun run) {
    lock.lock();
    try {
      if (!waiting && !ended) {
        present.put(run.job().id(), run);
        inbox.addLast(run);
        work.signal();
        return;
      }
    } finally {
      lock.unlock();
    }
    run.abandon();
    wire.returned(submitter, number, List.of(run.job().id()));
  }

  private void work() {
    try {
      for (var run = next(); run != null; run = next()) {
        run.attempt(this);
      }
    } finally {
      finish();
    }
  }

  private @Nullable TaskRun next() {
    lock.lock();
    try {
      while (inbox.isEmpty() && !ending) {
        work.await();
      }
      return inbox.pollFirst();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void finish() {
    var unbegun = unbegun(() -> ended = true);
    lease.release();
    wire.closed(this, unbegun);
  }

  /** Takes what is not begun out of the slot, to be sent back. */
  private List<ObjectId> unbegun(Runnable change) {
    List<TaskRun> back;
    lock.lock();
    try {
      change.run();
      back = new ArrayList<>(inbox);
      inbox.clear();
      back.forEach(run -> present.remove(run.job().id()));
    } finally {
      lock.unlock();
    }
    back.forEach(TaskRun::abandon);
    return back.stream().map(run -> run.job().id()).toList();
  }

  /** The task has its outcome. */
  void over(ObjectId id) {
    lock.lock();
    try {
      present.remove(id);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable TaskRun find(ObjectId id) {
    lock.lock();
    try {
      return present.get(id);
    } finally {
      lock.unlock();
    }
  }

  void cancel(ObjectId id, boolean recursive) {
    var run = find(id);
    if (run != null) {
      run.cancel(id.task(), recursive);
    }
  }

  void taken(ObjectId id, int count) {
    var run = find(id);
    if (run != null) {
      run.taken(count);
    }
  }

  /** The other node wants it no more, or is gone: its tasks are stopped. */
  @Override
  public void end() {
    List<TaskRun> doomed;
    lock.lock();
    try {
      ending = true;
      doomed = List.copyOf(present.values());
      work.signalAll();
    } finally {
      lock.unlock();
    }
    doomed.forEach(run -> run.cancel(run.job().number(), true));
  }

  @Override
  public void giveBack() {
    var unbegun = unbegun(() -> waiting = true);
    lease.giveBack();
    wire.blocked(this, unbegun);
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
    wire.resumed(this);
  }
}
