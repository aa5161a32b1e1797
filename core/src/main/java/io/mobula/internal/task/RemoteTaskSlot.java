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
final class RemoteTaskSlot implements RemoteAttempt.RemoteRunner {
  private static final long QUANTUM_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final NodeId node;
  private final long lease;
  private final SchedulingClassQueue queue;
  private final TaskSender sender;
  private final long openedAt = System.nanoTime();
  private final Map<ObjectId, RemoteAttempt> inFlight = new LinkedHashMap<>();
  private final Map<ObjectId, RemoteAttempt> staged = new LinkedHashMap<>();
  private final SendAheadDepth depth;
  private RemoteSlotState state = RemoteSlotState.OPEN;
  private boolean used; // a task has been sent to it
  private boolean idleWatched;
  private long idleSince;

  RemoteTaskSlot(NodeId node, long lease, SchedulingClassQueue queue, TaskSender sender) {
    this.node = node;
    this.lease = lease;
    this.queue = queue;
    this.sender = sender;
    this.depth = new SendAheadDepth(sender.maxInFlight());
  }

  /** Changes the state as the event says; returns false if it changes nothing. */
  private synchronized boolean change(RemoteSlotEvent event) {
    var next = event.after(state);
    if (next != null) {
      state = next;
    }
    return next != null;
  }

  @Override
  public NodeId node() {
    return node;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  public boolean has(RemoteAttempt attempt) {
    return find(attempt.task().spec().id()) == attempt && sender.knows(this);
  }

  long lease() {
    return lease;
  }

  /** Sends as many tasks as the slot may have; ends it if it has had none for a while. */
  void pump() {
    for (var attempt = next(); attempt != null; attempt = next()) {
      sender.send(this, attempt);
    }
    endIfIdle();
  }

  private @Nullable RemoteAttempt next() {
    while (true) {
      synchronized (this) {
        if (!state.isCounted() || inFlight.size() >= depth.tasks() || isLeaving() || isUsedUp()) {
          return null;
        }
      }
      var run = queue.poll();
      if (run == null) {
        return null;
      }
      if (!sender.suspects().admit(run, node)) {
        continue;
      }
      boolean takesNone;
      synchronized (this) {
        takesNone = !state.isCounted();
        var attempt = takesNone ? null : RemoteAttempt.begin(run, this);
        if (attempt != null) {
          inFlight.put(run.spec().id(), attempt);
          used = true;
          return attempt;
        }
      }
      sender.suspects().endProbation(run);
      if (takesNone) {
        queue.putBack(List.of(run));
        return null;
      }
    }
  }

  private boolean isLeaving() {
    return state.isRecalled() && System.nanoTime() - openedAt > QUANTUM_NANOS;
  }

  private boolean isUsedUp() {
    return used && queue.isSpread();
  }

  /** Ends the slot if it is idle, now or later; one timer covers all idle periods. */
  private void endIfIdle() {
    boolean now;
    synchronized (this) {
      if (state == RemoteSlotState.ENDED || !inFlight.isEmpty()) {
        return;
      }
      now = state.isRecalled() || isUsedUp();
      if (!now) {
        idleSince = System.nanoTime();
        watchIdle(sender.idleNanos());
      }
    }
    if (now) {
      endWhenStillIdle();
    }
  }

  private void watchIdle(long nanos) {
    if (!idleWatched) {
      idleWatched = true;
      sender.after(Duration.ofNanos(nanos), this::lookIdle);
    }
  }

  private void lookIdle() {
    synchronized (this) {
      idleWatched = false;
      if (state == RemoteSlotState.ENDED || !inFlight.isEmpty()) {
        return; // the caller that empties the slot checks again
      }
      long left = idleSince + sender.idleNanos() - System.nanoTime();
      if (left > 0) {
        watchIdle(left);
        return;
      }
    }
    endWhenStillIdle();
  }

  private void endWhenStillIdle() {
    boolean counted;
    synchronized (this) {
      counted = state.isCounted();
      if (!inFlight.isEmpty() || !change(RemoteSlotEvent.END)) {
        return;
      }
    }
    sender.close(this);
    queue.ended(this, counted);
  }

  /** Returns the attempt of the task with that id if this slot has it. */
  synchronized @Nullable RemoteAttempt find(ObjectId id) {
    var attempt = inFlight.get(id);
    return attempt == null ? staged.get(id) : attempt;
  }

  private @Nullable RemoteAttempt take(ObjectId id) {
    RemoteAttempt attempt;
    boolean over;
    synchronized (this) {
      attempt = inFlight.remove(id);
      if (attempt != null) {
        return attempt;
      }
      attempt = staged.remove(id);
      over = isOver();
    }
    if (over) {
      sender.forget(this);
    }
    return attempt;
  }

  /** Notes that a task has returned a stage: the slot is free for the next task. */
  void staged(ObjectId id) {
    synchronized (this) {
      var attempt = inFlight.remove(id);
      if (attempt != null) {
        staged.put(id, attempt);
      }
    }
    pump();
  }

  /** Returns whether no more frames are expected about the slot. */
  synchronized boolean isOver() {
    return state == RemoteSlotState.ENDED && staged.isEmpty();
  }

  void done(ObjectId id, long nanos, List<ObjectContent> contents) {
    var attempt = take(id);
    adjustDepth(nanos);
    if (attempt == null) {
      contents.forEach(ObjectContent::discard);
    } else {
      attempt.arrived(contents);
    }
    pump();
  }

  void failed(ObjectId id, long nanos, ObjectFailure failure) {
    var attempt = take(id);
    adjustDepth(nanos);
    if (attempt != null) {
      attempt.failed(failure);
    }
    pump();
  }

  private synchronized void adjustDepth(long nanos) {
    depth.ended(nanos);
  }

  /** Takes back tasks that the slot has not begun because its task takes long. */
  void returned(List<ObjectId> ids) {
    synchronized (this) {
      depth.reset();
    }
    takeBack(ids);
  }

  /** Takes back a task that the slot has not begun because this argument must be located first. */
  void absent(ObjectId id, ObjectId argument) {
    var attempt = take(id);
    if (attempt != null) {
      attempt.returned(argument);
    }
    pump();
  }

  private void takeBack(Collection<ObjectId> ids) {
    var back = new ArrayList<TaskRun>();
    for (var id : ids) {
      var attempt = take(id);
      if (attempt != null && attempt.returned()) {
        back.add(attempt.task());
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
      first = change(RemoteSlotEvent.BLOCK);
      depth.reset();
    }
    if (first) {
      queue.countSlot(-1);
    }
    takeBack(unbegun);
    for (var attempt : waiting()) { // or it might wait for a suspect that waits for it
      sender.suspects().endProbation(attempt.task());
    }
  }

  private synchronized List<RemoteAttempt> waiting() {
    return List.copyOf(inFlight.values());
  }

  void resumed() {
    if (change(RemoteSlotEvent.RESUME)) {
      queue.countSlot(1);
      pump();
    }
  }

  void recalled() {
    change(RemoteSlotEvent.RECALL);
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
    var broken = new ArrayList<RemoteAttempt>();
    synchronized (this) {
      counted = state.isCounted();
      if (!change(RemoteSlotEvent.END)) {
        return;
      }
      for (var id : begun) {
        var attempt = inFlight.remove(id);
        if (attempt != null) {
          broken.add(attempt);
        }
      }
      unbegun = List.copyOf(inFlight.keySet());
    }
    broken.forEach(attempt -> attempt.lost("node " + node, how));
    takeBack(unbegun);
    sender.close(this); // the other node may forget the lease
    queue.ended(this, counted);
  }

  /** Ends the slot as its node has left; all tasks there are lost. */
  void lost(String who, String how) {
    List<RemoteAttempt> affected;
    boolean counted;
    synchronized (this) {
      counted = state.isCounted();
      change(RemoteSlotEvent.END);
      affected = new ArrayList<>(inFlight.values());
      affected.addAll(staged.values());
      inFlight.clear();
      staged.clear();
    }
    queue.ended(this, counted);
    affected.forEach(attempt -> attempt.lost(who, how));
  }

  @Override
  public void cancel(RemoteAttempt attempt, boolean recursive) {
    sender.cancel(this, attempt.task().spec().id(), recursive);
  }
}
