package io.mobula.internal.task;

/** State of a task between its submission and its outcome; {@link TaskEvent} leads to the next. */
enum TaskState {
  /** Function and arguments are bound, and not all of the arguments are ready. */
  BOUND,
  /** The arguments whose nodes have left are being located. */
  LOCATING,
  /** A queue has the task, or a slot that runs tasks of another node. */
  QUEUED,
  /** The task waits for a process in which no other suspect runs. */
  ISOLATED,
  /** A slot of another node has the task. */
  SENT,
  /** A slot of this node runs the task. */
  RUNNING,
  /** The body has returned a stage, whose value is not complete. */
  STAGED,
  /** An attempt has ended without an outcome, and what follows is being decided. */
  UNDECIDED,
  /** The task waits before its next attempt, as the last one failed. */
  BACKING_OFF,
  /** The task has its outcome, or has gone back to the node that submitted it. */
  DONE;

  /** Returns whether the task waits for something before a slot can take it. */
  boolean isBeforeSlot() {
    return switch (this) {
      case BOUND, LOCATING, QUEUED, ISOLATED, UNDECIDED, BACKING_OFF -> true;
      case SENT, RUNNING, STAGED, DONE -> false;
    };
  }
}
