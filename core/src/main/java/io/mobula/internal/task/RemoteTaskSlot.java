package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Slot of another node as its submitter feeds it: takes tasks from the queue and sends them, ahead
 * of time where tasks are short. Thread-safe; frames about one slot arrive in order.
 */
final class RemoteTaskSlot implements TaskRun.RemoteRunner {
  private static final long AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int PACE_WEIGHT = 8; // weight of the average against one task
  private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long QUANTUM_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final NodeId node;
  private final long lease;
  private final SchedulingClassQueue queue;
  private final TaskTransport wire;
  private final long openedAt = System.nanoTime();
  private final Map<ObjectId, TaskRun> inFlight = new LinkedHashMap<>();
  private final Map<ObjectId, TaskRun> staged = new LinkedHashMap<>();
  private boolean idleWatched;
  private long idleSince;
  private int depth = 1;
  private long averageNanos;
  private boolean blocked;
  private boolean recalled;
  private boolean used; // a task has been sent to it
  private boolean ended;

  RemoteTaskSlot(NodeId node, long lease, SchedulingClassQueue queue, TaskTransport wire) {
    this.node = node;
    this.lease = lease;
    this.queue = queue;
    this.wire = wire;
  }

  @Override
  public NodeId node() {
    return node;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a task is known by identity
  public boolean has(TaskRun run) {
    return running(run.spec().id()) == run && wire.knows(this);
  }

  long lease() {
    return lease;
  }

  /** Sends as many tasks as the slot may have; ends it if it has had none for a while. */
  void pump() {
    for (var run = next(); run != null; run = next()) {
      wire.send(this, run);
    }
    endIfIdle();
  }

  private @Nullable TaskRun next() {
    while (true) {
      synchronized (this) {
        if (ended || blocked || inFlight.size() >= depth || isLeaving() || isUsedUp()) {
          return null;
        }
      }
      var run = queue.poll();
      if (run == null) {
        return null;
      }
      if (!wire.suspects().admit(run, node)) {
        continue;
      }
      boolean takesNone;
      synchronized (this) {
        takesNone = ended || blocked;
        if (!takesNone && run.beginRemoteAttempt(this)) {
          inFlight.put(run.spec().id(), run);
          used = true;
          return run;
        }
      }
      wire.suspects().endProbation(run);
      if (takesNone) {
        queue.putBack(List.of(run));
        return null;
      }
    }
  }

  private boolean isLeaving() {
    return recalled && System.nanoTime() - openedAt > QUANTUM_NANOS;
  }

  private boolean isUsedUp() {
    return used && queue.isSpread();
  }

  /** Ends the slot if it is idle, now or later; one timer covers all idle periods. */
  private void endIfIdle() {
    boolean now;
    synchronized (this) {
      if (ended || !inFlight.isEmpty()) {
        return;
      }
      now = recalled || isUsedUp();
      if (!now) {
        idleSince = System.nanoTime();
        watchIdle(wire.idleNanos());
      }
    }
    if (now) {
      endWhenStillIdle();
    }
  }

  private void watchIdle(long nanos) {
    if (!idleWatched) {
      idleWatched = true;
      wire.after(Duration.ofNanos(nanos), this::lookIdle);
    }
  }

  private void lookIdle() {
    synchronized (this) {
      idleWatched = false;
      if (ended || !inFlight.isEmpty()) {
        return; // the caller that empties the slot checks again
      }
      long left = idleSince + wire.idleNanos() - System.nanoTime();
      if (left > 0) {
        watchIdle(left);
        return;
      }
    }
    endWhenStillIdle();
  }

  private void endWhenStillIdle() {
    synchronized (this) {
      if (ended || !inFlight.isEmpty()) {
        return;
      }
      ended = true;
    }
    wire.close(this);
    queue.ended(this, !isBlocked());
  }

  private synchronized boolean isBlocked() {
    return blocked;
  }

  /** Returns the task with that id if this slot has it. */
  synchronized @Nullable TaskRun running(ObjectId id) {
    var run = inFlight.get(id);
    return run == null ? staged.get(id) : run;
  }

  private @Nullable TaskRun take(ObjectId id) {
    TaskRun run;
    boolean over;
    synchronized (this) {
      run = inFlight.remove(id);
      if (run != null) {
        return run;
      }
      run = staged.remove(id);
      over = ended && staged.isEmpty();
    }
    if (over) {
      wire.forget(this);
    }
    return run;
  }

  /** Notes that a task has returned a stage: the slot is free for the next task. */
  void staged(ObjectId id) {
    synchronized (this) {
      var run = inFlight.remove(id);
      if (run != null) {
        staged.put(id, run);
      }
    }
    pump();
  }

  /** Returns whether no more frames are expected about the slot. */
  synchronized boolean isOver() {
    return ended && staged.isEmpty();
  }

  void done(ObjectId id, long nanos, List<ObjectContent> contents) {
    var run = take(id);
    adjustDepth(nanos);
    if (run == null) {
      contents.forEach(ObjectContent::discard);
    } else {
      run.arrived(this, contents);
    }
    pump();
  }

  void failed(ObjectId id, long nanos, ObjectFailure failure) {
    var run = take(id);
    adjustDepth(nanos);
    if (run != null) {
      run.failed(this, failure);
    }
    pump();
  }

  /**
   * Adjusts how many tasks are sent ahead: as many as the slot does in some milliseconds, so that
   * it need not wait for the next. Starts with one and doubles after each short task.
   */
  private synchronized void adjustDepth(long nanos) {
    averageNanos += (nanos - averageNanos) / PACE_WEIGHT;
    if (nanos > LONG_NANOS) {
      depth = 1;
    } else {
      long max = Math.clamp(AHEAD_NANOS / Math.max(averageNanos, 1), 1, wire.maxInFlight());
      depth = (int) Math.min(max, 2L * depth);
    }
  }

  /** Takes back tasks that the slot has not begun because its task takes long. */
  void returned(List<ObjectId> ids) {
    synchronized (this) {
      depth = 1;
    }
    takeBack(ids);
  }

  /** Takes back a task that the slot has not begun because this argument must be located first. */
  void absent(ObjectId id, ObjectId argument) {
    var run = take(id);
    if (run != null) {
      run.returned(this, argument);
    }
    pump();
  }

  private void takeBack(Collection<ObjectId> ids) {
    var back = new ArrayList<TaskRun>();
    for (var id : ids) {
      var run = take(id);
      if (run != null && run.returned(this)) {
        back.add(run);
      }
    }
    queue.putBack(back);
    if (!back.isEmpty()) {
      queue.pumpRemoteSlots();
    }
  }

  /** Notes that the slot's task waits: the slot does not count until the task goes on. */
  void blocked(List<ObjectId> unbegun) {
    boolean first;
    synchronized (this) {
      first = !blocked && !ended;
      blocked = true;
      depth = 1;
    }
    if (first) {
      queue.countSlot(-1);
    }
    takeBack(unbegun);
    waiting()
        .forEach(wire.suspects()::endProbation); // or it might wait for a suspect that waits for it
  }

  private synchronized List<TaskRun> waiting() {
    return List.copyOf(inFlight.values());
  }

  void resumed() {
    boolean now;
    synchronized (this) {
      now = blocked && !ended;
      blocked = false;
    }
    if (now) {
      queue.countSlot(1);
      pump();
    }
  }

  void recalled() {
    synchronized (this) {
      recalled = true;
    }
    endIfIdle();
  }

  /**
   * Ends the slot as the other node has ended it; unstarted tasks go back to the queue.
   *
   * @param begun tasks that have begun and have no outcome; their attempts count as lost
   * @param how why there is no outcome
   */
  void closed(List<ObjectId> begun, String how) {
    boolean counted;
    List<ObjectId> unbegun;
    var broken = new ArrayList<TaskRun>();
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      counted = !blocked;
      for (var id : begun) {
        var run = inFlight.remove(id);
        if (run != null) {
          broken.add(run);
        }
      }
      unbegun = List.copyOf(inFlight.keySet());
    }
    broken.forEach(run -> run.lost(this, "node " + node, how));
    takeBack(unbegun);
    wire.close(this); // the other node may forget the lease
    queue.ended(this, counted);
  }

  /** Ends the slot as its node has left; all tasks there are lost. */
  void lost(String who, String how) {
    List<TaskRun> affected;
    boolean counted;
    synchronized (this) {
      counted = !ended && !blocked;
      ended = true;
      affected = new ArrayList<>(inFlight.values());
      affected.addAll(staged.values());
      inFlight.clear();
      staged.clear();
    }
    queue.ended(this, counted);
    affected.forEach(run -> run.lost(this, who, how));
  }

  @Override
  public void cancel(TaskRun run, boolean recursive) {
    wire.cancel(this, run.spec().id(), recursive);
  }
}
