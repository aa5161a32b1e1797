package io.mobula.internal.task;

/** State of a remote slot, as its submitter knows it; {@link RemoteSlotEvent} leads to the next. */
enum RemoteSlotState {
  /** It takes tasks. */
  OPEN,
  /** Its task waits: it takes no task, and does not count among the slots of its queue. */
  BLOCKED,
  /** Others wait for its resources: it takes tasks for a moment, and ends when it has none. */
  RECALLED,
  /** Its task waits, and others wait for its resources. */
  RECALLED_AND_BLOCKED,
  /** It takes no task any more; tasks that have returned a stage may still give their value. */
  ENDED;

  /** Returns whether it counts among the slots of its queue. */
  boolean isCounted() {
    return this == OPEN || this == RECALLED;
  }

  boolean isRecalled() {
    return this == RECALLED || this == RECALLED_AND_BLOCKED;
  }
}
