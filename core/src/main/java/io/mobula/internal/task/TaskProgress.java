package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.wait.WaitPoint;
import org.jspecify.annotations.Nullable;

/**
 * Progress of one task: its state, its attempts, and what it waits for. An event that
 * {@link TaskEvent} refuses in the present state changes nothing, so that only the first outcome
 * counts, and nothing that is said about an attempt after its end. Thread-safe; decides nothing and
 * calls nothing that could wait.
 */
final class TaskProgress {
  /**
   * Number of times that a task returns to its queue while arguments are located. After that it
   * locates them itself while it runs.
   */
  private static final int MAX_RETURNS = 16;

  private TaskState state = TaskState.BOUND;
  private String waitReason = "";
  private volatile @Nullable WaitPoint waitsAt; // a queue sets it under its own lock
  private volatile int attempts; // written under the monitor
  private @Nullable LocalAttempt running; // until its thread has left it
  private @Nullable LocalAttempt staged;
  private @Nullable RemoteAttempt remote;
  private @Nullable LostAttempts lost;
  private boolean cancelled;
  private boolean recursively;
  private byte returns; // up to the maximum
  private volatile boolean searching; // for arguments, while it holds its resources

  /**
   * Changes the state as the event says; returns false if it is refused. Called under the monitor.
   */
  private boolean change(TaskEvent event) {
    var next = event.after(state);
    if (next != null) {
      state = next;
    }
    return next != null;
  }

  // ---- before an attempt

  /** Begins to wait as the event says; returns false if that is refused. */
  synchronized boolean waitFor(TaskEvent event, String what, @Nullable WaitPoint at) {
    if (!change(event)) {
      return false;
    }
    waitReason = what;
    waitsAt = at;
    return true;
  }

  /** Sets the queue that has the task, or null. */
  void setQueue(@Nullable WaitPoint queue) {
    waitsAt = queue;
  }

  /** Returns whether the task waits for something before a slot can take it. */
  synchronized boolean isBeforeSlot() {
    return state.isBeforeSlot() && running == null;
  }

  synchronized boolean isQueued() {
    return state == TaskState.QUEUED;
  }

  synchronized String waitReason() {
    return waitReason;
  }

  synchronized TaskWait.TaskSnapshot snapshot() {
    return new TaskWait.TaskSnapshot(
        state, running == null ? null : running.thread(), remote, waitReason, waitsAt, attempts);
  }

  /** Returns whether the next attempt locates its arguments itself. */
  boolean isSearching() {
    return searching;
  }

  /** Sets whether the next attempt locates its arguments itself, unless it has to by now. */
  synchronized void setSearching(boolean itself) {
    searching = itself || returns >= MAX_RETURNS;
  }

  /** Notes that the task goes back to its queue, as an argument must be located. */
  synchronized void noteReturn() {
    if (returns < MAX_RETURNS) {
      returns++;
    }
    setSearching(false);
  }

  // ---- attempts

  /** Returns how many attempts have begun, without those that do not count. */
  int attempts() {
    return attempts;
  }

  /** Sets how many attempts have begun elsewhere; before the first one here. */
  synchronized void setAttempts(int earlier) {
    attempts = earlier;
  }

  /** Begins an attempt in the calling thread; returns false if the task is not to run any more. */
  synchronized boolean begin(LocalAttempt attempt) {
    if (cancelled || !change(TaskEvent.BEGIN)) {
      return false;
    }
    attempts++;
    Thread.interrupted(); // an interrupt before the attempt was meant for another task
    running = attempt;
    return true;
  }

  /**
   * Notes that the calling thread has left the attempt. If the next attempt has begun elsewhere,
   * that one stays the running one.
   */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  synchronized void leave(LocalAttempt attempt) {
    Thread.interrupted(); // a late interrupt was meant for the attempt that just ended
    if (running == attempt) {
      running = null;
    }
  }

  /** Notes that the attempt waits for its stage; returns false if nobody wants the value. */
  synchronized boolean stage(LocalAttempt attempt) {
    if (!change(TaskEvent.STAGE)) {
      return false;
    }
    staged = attempt;
    return true;
  }

  /**
   * Ends an attempt whose body or stage has failed. Returns false if it has ended before, or the
   * task has its outcome.
   */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  synchronized boolean endFailed(LocalAttempt attempt) {
    boolean isPresent = running == attempt || staged == attempt;
    if (!isPresent || !change(TaskEvent.END_ATTEMPT)) {
      return false;
    }
    staged = null;
    return true;
  }

  /** Ends an attempt whose body has not begun, and does not count it. */
  synchronized boolean endUnstarted() {
    if (!change(TaskEvent.END_ATTEMPT)) {
      return false;
    }
    attempts--;
    return true;
  }

  /** Begins an attempt on another node; returns false if the task is not to run any more. */
  synchronized boolean send(RemoteAttempt attempt) {
    if (cancelled || !change(TaskEvent.SEND)) {
      return false;
    }
    attempts++;
    remote = attempt;
    return true;
  }

  /**
   * Ends the attempt on the other node; returns false if it has ended before.
   *
   * @param uncounted 1 if the attempt does not count, else 0
   */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  synchronized boolean endRemote(RemoteAttempt attempt, TaskEvent event, int uncounted) {
    if (remote != attempt) {
      return false;
    }
    remote = null;
    attempts -= uncounted;
    change(event); // refused if the task has its outcome
    return true;
  }

  /** Returns whether that attempt goes on, and an outcome is still expected. */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  synchronized boolean isAt(RemoteAttempt attempt) {
    return remote == attempt && state != TaskState.DONE;
  }

  /** Returns whether that attempt goes on although the task has its outcome already. */
  @SuppressWarnings("ReferenceEquality") // an attempt is known by identity
  synchronized boolean isUnwantedAt(RemoteAttempt attempt) {
    return remote == attempt && state == TaskState.DONE;
  }

  /** Adds the attempt, which has just ended, to those that were lost with their process. */
  synchronized void noteLoss(RemoteAttempt attempt, String node, String how) {
    if (lost == null) {
      lost = new LostAttempts();
    }
    lost.add(attempts, node, attempt.sentAt(), how);
  }

  /** Returns whether an attempt was lost with its process. */
  synchronized boolean hasLost() {
    return lost != null;
  }

  synchronized String describeLost() {
    return lost == null ? "" : lost.describe();
  }

  /** Returns the execution that a thread of this node runs, or null. */
  synchronized @Nullable Execution execution() {
    return running == null ? null : running.execution();
  }

  /** Returns the other node that has the task, or null. */
  synchronized @Nullable NodeId remoteNode() {
    return remote == null ? null : remote.node();
  }

  // ---- the end

  /**
   * Marks the task as cancelled: no attempt begins any more, and a running one starts no more
   * tasks.
   */
  synchronized void markCancelled(boolean withDescendants) {
    cancelled = true;
    recursively |= withDescendants;
    if (running != null) {
      running.execution().cancel();
    }
  }

  synchronized boolean isCancelled() {
    return cancelled;
  }

  synchronized boolean isRecursivelyCancelled() {
    return recursively;
  }

  synchronized boolean isDone() {
    return state == TaskState.DONE;
  }

  /** Returns whether the task has an outcome that is no cancellation. */
  synchronized boolean isOver() {
    return state == TaskState.DONE && !cancelled;
  }

  /** Tells a running body that its result is not wanted; returns false if there is an outcome. */
  synchronized boolean cancelExecution() {
    if (state == TaskState.DONE) {
      return false;
    }
    if (running != null) {
      running.execution().cancel();
    }
    return true;
  }

  /**
   * Interrupts the thread that runs the body, if there is one. Returns the attempt on another node,
   * or null.
   */
  synchronized @Nullable RemoteAttempt interrupt() {
    if (running != null) {
      running.thread().interrupt();
    }
    return remote;
  }

  /** Claims the outcome; returns true for the first caller, which may publish its outcome. */
  synchronized boolean settle() {
    return change(TaskEvent.SETTLE);
  }

  /** Takes the attempt that waits for its stage, whose value is not wanted any more, or null. */
  synchronized @Nullable LocalAttempt takeStaged() {
    var pending = staged;
    staged = null;
    return pending;
  }
}
