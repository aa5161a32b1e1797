package io.mobula.internal.store;

import io.mobula.ObjectId;
import io.mobula.error.RefClosedException;
import io.mobula.internal.execution.Producer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One object: first pending, then a {@link Content} or a {@link Failure} for good, and gone when
 * the last hold is released. Safe for all threads; changes happen under its monitor, which no user
 * code can reach.
 */
@SuppressWarnings("ReferenceEquality") // waiters are known by identity
public final class ObjectEntry {
  private static final Object GONE = new Object();

  private final ObjectStore store;
  private final long task;
  private final int index;
  private int holds;
  private volatile Object state;

  /** The state before there is an outcome. */
  private static final class Pending {
    final @Nullable Producer producer;
    List<Waiter> waiters = List.of();

    Pending(@Nullable Producer producer) {
      this.producer = producer;
    }
  }

  ObjectEntry(ObjectStore store, long task, int index, @Nullable Producer producer) {
    this.store = store;
    this.task = task;
    this.index = index;
    this.state = new Pending(producer);
  }

  /** Names the object. */
  public ObjectId id() {
    return new ObjectId(store.node().incarnation(), task, index);
  }

  /** The store it belongs to. */
  public ObjectStore store() {
    return store;
  }

  long task() {
    return task;
  }

  /** Whether there is a value or a failure. */
  public boolean isReady() {
    return !(state instanceof Pending);
  }

  /** Whether there is a failure, and no value to come. */
  public boolean isFailed() {
    return state instanceof Failure;
  }

  /** Who will make the value, while it is pending. */
  @Nullable
  Producer producer() {
    return state instanceof Pending pending ? pending.producer : null;
  }

  /**
   * Sets the value. The first outcome counts.
   *
   * @return whether it was this one; a value that came too late is discarded
   */
  public boolean complete(Content content) {
    boolean first = settle(content);
    if (!first) {
      content.discard();
    }
    return first;
  }

  /** Sets the failure. The first outcome counts. */
  public boolean fail(Failure failure) {
    return settle(failure);
  }

  private boolean settle(Object outcome) {
    List<Waiter> waiters;
    boolean unheld;
    synchronized (this) {
      if (!(state instanceof Pending pending)) {
        return false;
      }
      waiters = pending.waiters;
      unheld = holds == 0;
      state = unheld ? GONE : outcome;
    }
    if (unheld && outcome instanceof Content content) {
      content.discard();
    }
    Notifications.tell(this, waiters);
    return true;
  }

  /**
   * Tells the waiter when there is an outcome; false if there is one already and it will not be
   * told.
   */
  public synchronized boolean await(Waiter waiter) {
    if (!(state instanceof Pending pending)) {
      return false;
    }
    if (pending.waiters.isEmpty()) {
      pending.waiters = List.of(waiter);
    } else {
      if (pending.waiters.size() == 1) {
        pending.waiters = new ArrayList<>(pending.waiters);
      }
      pending.waiters.add(waiter);
    }
    return true;
  }

  /** Forgets a waiter that no longer wants to know. */
  public synchronized void forget(Waiter waiter) {
    if (state instanceof Pending pending) {
      if (pending.waiters.size() == 1) {
        pending.waiters = pending.waiters.getFirst() == waiter ? List.of() : pending.waiters;
      } else {
        pending.waiters.remove(waiter);
      }
    }
  }

  /**
   * The outcome; only to be called when there is one.
   *
   * @throws io.mobula.error.MobulaException the failure
   */
  Content content() {
    return switch (state) {
      case Content content -> content;
      case Failure failure -> throw failure.raise();
      case Pending pending ->
        throw new IllegalStateException(id() + " is pending: " + pending.waiters.size() + " wait");
      default -> throw closed();
    };
  }

  /** The failure, if that is the outcome. */
  public @Nullable Failure failure() {
    return state instanceof Failure failure ? failure : null;
  }

  /** One more ref, waiting argument or containing value. */
  public synchronized ObjectEntry retain() {
    if (state == GONE) {
      throw closed();
    }
    holds++;
    return this;
  }

  /** One less. The last one frees the value at once. */
  public void release() {
    Object last;
    synchronized (this) {
      if (--holds > 0 || state instanceof Pending) {
        return;
      }
      last = state;
      state = GONE;
    }
    if (last instanceof Content content) {
      content.discard();
    }
  }

  private RefClosedException closed() {
    return new RefClosedException(
        "Object " + id()
            + " is gone: every ref to it had been closed. Keep one open for as long as the value is needed.");
  }
}
