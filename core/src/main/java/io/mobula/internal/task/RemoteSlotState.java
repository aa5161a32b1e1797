package io.mobula.internal.task;

/** State of a remote slot, as its submitter knows it; {@link RemoteSlotEvent} leads to the next. */
enum RemoteSlotState {
  /** The slot takes tasks of its queue. */
  OPEN,
  /** The task there waits: the slot takes no other, and does not count for its queue. */
  BLOCKED,
  /** Others wait for its resources: the slot takes tasks for a moment, and ends with the last. */
  RECALLED,
  /** The task there waits, and others wait for the resources of the slot. */
  RECALLED_AND_BLOCKED,
  /**
   * The slot takes no task any more; tasks that have returned a stage may still give their value.
   */
  ENDED;

  /** Returns whether it counts among the slots of its queue. */
  boolean isCounted() {
    return this == OPEN || this == RECALLED;
  }

  boolean isRecalled() {
    return this == RECALLED || this == RECALLED_AND_BLOCKED;
  }
}
