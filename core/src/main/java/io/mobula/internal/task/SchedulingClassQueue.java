package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queue of the ready tasks of one scheduling class, and its slots. It asks for one lease at a time,
 * as long as there are more tasks than slots. A slot whose task waits does not count, so the tasks
 * behind it move on.
 */
final class SchedulingClassQueue implements ClusterLeaseRequester, WaitPoint {
  private static final Logger LOG = LoggerFactory.getLogger(SchedulingClassQueue.class);
  private static final Duration THREAD_RETRY = Duration.ofSeconds(1);

  private final SchedulingClass kind;
  private final TaskQueues queues;
  private final LeaseSource leaseSource;
  private final DelayTimer timer;
  private final Executor threads;
  private final ReentrantLock lock = new ReentrantLock();
  private final SlotDemand demand;
  private final ReadyTasks ready;
  private final List<RemoteTaskSlot> remote = new CopyOnWriteArrayList<>();
  private boolean awaitsThread; // a lease was released because no thread could be started
  private volatile boolean requestUnsent; // the noted request may not have reached its addressee

  /**
   * Makes an empty queue without slots.
   *
   * @param queues the queues of all classes, for tasks that come back when this one is retired
   * @param threads runs slots, each on a thread of its own
   */
  SchedulingClassQueue(
      SchedulingClass kind,
      TaskQueues queues,
      TaskEngine.Dependencies dependencies,
      TaskSettings settings,
      Executor threads) {
    this.kind = kind;
    this.queues = queues;
    this.leaseSource = dependencies.leaseSource();
    this.timer = dependencies.timer();
    this.threads = threads;
    this.demand = new SlotDemand(settings.maxSlots());
    this.ready =
        new ReadyTasks(lock, demand, dependencies.store(), settings.leaseIdle().toNanos());
  }

  /** Queues a task; returns false if this queue has been {@linkplain #retire retired}. */
  boolean add(TaskRun run) {
    boolean ask;
    boolean feed;
    lock.lock();
    try {
      if (ready.isClosed()) {
        return false;
      }
      ready.addLast(run, this);
      feed = !remote.isEmpty();
      ask = !feed && noteRequestIfNeeded();
    } finally {
      lock.unlock();
    }
    if (feed) { // a remote slot with free places needs no other lease
      pumpRemoteSlots();
      askAgain();
    }
    askIf(ask);
    return true;
  }

  /** Notes a lease request if tasks need one; returns whether to send it. Called under the lock. */
  private boolean noteRequestIfNeeded() {
    if (requestUnsent) {
      requestUnsent = false;
      demand.answered();
    }
    return !ready.isClosed() && demand.request(ready.size());
  }

  /** Returns whether tasks wait for a slot. Called under the lock. */
  private boolean isWanted() {
    return !ready.isEmpty() && !ready.isClosed();
  }

  /**
   * Sends a request that was noted. If the stack or the heap overflows meanwhile, the next task
   * asks again, and a surplus lease is released.
   */
  private void askIf(boolean ask) {
    if (ask) {
      boolean sent = false;
      try {
        leaseSource.acquire(this);
        sent = true;
      } finally {
        if (!sent) {
          requestUnsent = true; // without a call, for which there may be no stack
        }
      }
    }
  }

  @Override
  public Resources wanted() {
    return kind.resources();
  }

  @Override
  public Purpose purpose() {
    return Purpose.TASKS;
  }

  @Override
  public Job job() {
    return kind.job();
  }

  @Override
  public Placement placement() {
    return kind.placement();
  }

  @Override
  public Map<NodeId, Long> argumentBytes() {
    return kind.argumentBytes();
  }

  @Override
  public String description() {
    lock.lock();
    try {
      var first = ready.first();
      return first != null && ready.size() == 1
          ? first.describe()
          : ready.size() + " tasks" + (first == null ? "" : ", the first is " + first.describe());
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether each task is placed by itself, so that a slot runs one task only. */
  boolean isSpread() {
    return kind.isSpread();
  }

  /** Returns why the tasks have no slot, or an empty text if that is not known here. */
  String why() {
    return leaseSource.waitReason(this);
  }

  @Override
  public boolean stillWants() {
    lock.lock();
    try {
      boolean wants = isWanted();
      demand.confirm(wants);
      return wants;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void granted(Lease lease) {
    boolean ask = false;
    boolean start;
    lock.lock();
    try {
      demand.answered();
      start = isWanted();
      if (start) {
        demand.addSlots(1);
        ask = demand.request(ready.size() - 1); // the new slot takes one
      }
    } finally {
      lock.unlock();
    }
    if (start) {
      startSlot(lease);
    } else {
      lease.release();
    }
    askIf(ask);
  }

  @Override
  public void grantedAt(NodeId node, long lease) {
    boolean ask = false;
    RemoteTaskSlot slot = null;
    lock.lock();
    try {
      demand.answered();
      if (isWanted()) {
        slot = queues.openRemoteSlot(node, lease, this);
      }
      if (slot == null) { // the node has left, or there is no more work
        ask = noteRequestIfNeeded();
      } else {
        demand.addSlots(1);
        remote.add(slot);
        ask = demand.request(ready.size() - 1); // the new slot takes one
      }
    } finally {
      lock.unlock();
    }
    if (slot == null) {
      leaseSource.release(node, lease);
    } else {
      slot.pump();
    }
    askIf(ask);
  }

  @Override
  public void refused(Function<String, MobulaException> why) {
    List<TaskRun> affected;
    lock.lock();
    try {
      demand.answered();
      affected = ready.removeAll();
    } finally {
      lock.unlock();
    }
    affected.forEach(run -> run.stop(() -> why.apply(run.describe())));
  }

  // ---- slots of other nodes

  /** Takes the next task for a remote slot, or null. */
  @Nullable
  TaskRun poll() {
    lock.lock();
    try {
      return ready.poll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts back tasks that a remote slot did not begin; they become first again. If this queue has
   * been {@linkplain #retire retired}, they go to its replacement.
   */
  void putBack(List<TaskRun> runs) {
    boolean ask;
    boolean retired;
    lock.lock();
    try {
      retired = ready.isClosed();
      if (!retired) {
        ready.addFirst(runs, this);
      }
      ask = noteRequestIfNeeded();
    } finally {
      lock.unlock();
    }
    askIf(ask);
    if (retired) {
      runs.forEach(queues::add);
    }
  }

  @Override
  public WaitStep waitStep() {
    QueueWait now;
    lock.lock();
    try {
      now = new QueueWait(
          kind.resources(),
          ready.size(),
          ready.isClosed(),
          demand.isRequested(),
          demand.requests(),
          awaitsThread,
          demand.hasSlots() || !remote.isEmpty());
    } finally {
      lock.unlock();
    }
    return now.step(() -> leaseSource.pendingRequest(this));
  }

  /** Changes the number of counted slots: the task of a slot waits or goes on. */
  void countSlot(int change) {
    boolean ask;
    lock.lock();
    try {
      demand.addSlots(change);
      ask = noteRequestIfNeeded();
    } finally {
      lock.unlock();
    }
    askIf(ask);
  }

  /** Removes a remote slot that has ended. */
  void ended(RemoteTaskSlot slot, boolean counted) {
    remote.remove(slot);
    countSlot(counted ? -1 : 0);
  }

  /** Gives ready tasks to the remote slots that have free places. */
  void pumpRemoteSlots() {
    remote.forEach(RemoteTaskSlot::pump);
  }

  /**
   * Starts a slot under the lease. If no thread can be started, the lease is released and requested
   * again later.
   */
  private void startSlot(Lease lease) {
    try {
      threads.execute(new LocalTaskSlot(this, lease));
    } catch (RejectedExecutionException | OutOfMemoryError noThread) {
      LOG.warn("No thread for a slot; {} wait", description(), noThread);
      lock.lock();
      try {
        demand.addSlots(-1);
        awaitsThread = true;
      } finally {
        lock.unlock();
      }
      lease.release();
      timer.after(THREAD_RETRY, this::askAgain);
    }
  }

  /** Requests a lease even if a request may be open; a surplus lease is released. */
  void forceLeaseRequest() {
    lock.lock();
    try {
      demand.answered();
    } finally {
      lock.unlock();
    }
    askAgain();
  }

  private void askAgain() {
    boolean ask;
    lock.lock();
    try {
      awaitsThread = false;
      ask = noteRequestIfNeeded();
    } finally {
      lock.unlock();
    }
    askIf(ask);
  }

  @Override
  public void recalled(Lease lease) {
    lock.lock();
    try {
      ready.wakeAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends a slot of this node: returns its lease, and asks for another one if tasks need it. */
  void endSlot(Lease lease) {
    boolean ask;
    lock.lock();
    try {
      demand.addSlots(-1);
      ask = noteRequestIfNeeded();
    } finally {
      lock.unlock();
    }
    lease.release();
    askIf(ask);
  }

  /** Returns the next task for a slot that has run one, or null when the slot should end. */
  @Nullable
  TaskRun nextAfterOne(Lease lease) {
    return isSpread() ? null : next(lease);
  }

  /**
   * Waits for the next task; returns null when the slot should end: no task came for a while, or
   * others wait for its resources.
   */
  @Nullable
  TaskRun next(Lease lease) {
    lock.lock();
    try {
      return ready.await(lease);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Closes the queue if nothing is queued, running or requested, so that its class can be
   * forgotten.
   */
  boolean retire() {
    lock.lock();
    try {
      if (ready.isEmpty() && demand.isOver()) {
        ready.close();
      }
      return ready.isClosed();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the queue: it accepts no more tasks, and idle slots end. */
  void close() {
    lock.lock();
    try {
      ready.removeAll();
      ready.close();
    } finally {
      lock.unlock();
    }
  }
}
