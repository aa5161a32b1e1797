package io.mobula.internal.actor;

import io.mobula.internal.store.ObjectFailure;
import org.jspecify.annotations.Nullable;

/**
 * Lifecycle of one actor at its host: whether it takes calls, why it ended, and which thread runs
 * its constructor. Safe for all threads; the monitor guards every change.
 */
final class CellLifecycle {
  private volatile State state = State.OPEN;
  private volatile @Nullable ObjectFailure whyDead;
  private volatile boolean endedByUser;
  private @Nullable Thread maker; // guarded by the monitor

  /** State of the actor, which changes in the order of these constants and never back. */
  enum State {
    /** The actor takes calls. */
    OPEN,

    /** The actor takes no more calls, and ends when all have an outcome. */
    DRAINING,

    /** The actor is dead. */
    DEAD
  }

  State state() {
    return state;
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  boolean isDead() {
    return state == State.DEAD;
  }

  /** Returns why the actor takes no more calls, or null while it is open. */
  @Nullable
  ObjectFailure whyDead() {
    return whyDead;
  }

  /** Takes no more calls, as no handle is left; returns false if the actor is not open. */
  synchronized boolean drain(ObjectFailure why) {
    if (state != State.OPEN) {
      return false;
    }
    whyDead = why;
    state = State.DRAINING;
    return true;
  }

  /**
   * Takes no more calls, as a user ends the actor for good; returns false if the actor is not open.
   */
  synchronized boolean drainByUser(ObjectFailure why) {
    if (state == State.OPEN) {
      endedByUser = true;
    }
    return drain(why);
  }

  /** Ends the actor, and interrupts its constructor; returns false if the actor was dead. */
  synchronized boolean kill(ObjectFailure why) {
    if (state == State.DEAD) {
      return false;
    }
    whyDead = why;
    state = State.DEAD;
    if (maker != null && maker != Thread.currentThread()) {
      maker.interrupt();
    }
    return true;
  }

  /**
   * Records that a user ends the actor for good. Has no effect on a dead actor: where a durable one
   * died of a failure, the next actor of its name may have its files already.
   */
  synchronized void markEndedByUser() {
    if (state != State.DEAD) {
      endedByUser = true;
    }
  }

  /** Returns whether a user ended the actor; else it died of a failure. */
  boolean isEndedByUser() {
    return endedByUser;
  }

  // ---- the constructor

  /**
   * Records that the calling thread is about to run the constructor; returns false if the actor is
   * dead.
   */
  synchronized boolean beginMaking() {
    if (state == State.DEAD) {
      return false;
    }
    Thread.interrupted(); // clears an interrupt that was meant for earlier work
    maker = Thread.currentThread();
    return true;
  }

  /** Records that the constructor has ended, and clears an interrupt that was meant for it. */
  synchronized void endMaking() {
    maker = null;
    Thread.interrupted();
  }

  /** Returns the thread that runs the constructor, or null. */
  synchronized @Nullable Thread maker() {
    return maker;
  }
}
