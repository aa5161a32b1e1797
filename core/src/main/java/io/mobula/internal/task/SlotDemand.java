package io.mobula.internal.task;

/**
 * Demand of one queue for slots: the slots that it has, and whether it has asked for one more. It
 * asks for one lease at a time, as long as there are more tasks than idle slots. A slot whose task
 * waits does not count. Not thread-safe; the lock of the queue guards it.
 */
final class SlotDemand {
  private final int maxSlots;
  private int slots;
  private int idle;
  private boolean requested;
  private long requests;

  /** Makes the demand of a queue without slots, which may have as many as this. */
  SlotDemand(int maxSlots) {
    this.maxSlots = maxSlots;
  }

  /** Notes a request for a lease if that many tasks need one; returns whether to send it. */
  boolean request(int tasks) {
    boolean ask = !requested && tasks > idle && slots < maxSlots;
    if (ask) {
      requested = true;
      requests++;
    }
    return ask;
  }

  /** Notes that the request was answered, or is over for another reason. */
  void answered() {
    requested = false;
  }

  /** Confirms the request if a lease is still wanted, else gives it up. */
  void confirm(boolean wanted) {
    requested = wanted;
  }

  boolean isRequested() {
    return requested;
  }

  /** Returns the number of requests so far. */
  long requests() {
    return requests;
  }

  /** Adds slots that count, or removes them if the change is negative. */
  void addSlots(int change) {
    slots += change;
  }

  boolean hasSlots() {
    return slots > 0;
  }

  /** Adds idle slots, or removes them if the change is negative. */
  void addIdle(int change) {
    idle += change;
  }

  boolean hasIdle() {
    return idle > 0;
  }

  /** Returns whether there is no slot that counts, and none is asked for. */
  boolean isOver() {
    return slots == 0 && !requested;
  }
}
