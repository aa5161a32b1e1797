package io.mobula.internal.store;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.RefClosedException;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.wait.Awaited;
import io.mobula.internal.wait.WaitStep;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One object: first pending, then a {@link Content} or a {@link Failure} for good, and gone when
 * the last hold is released. Safe for all threads; changes happen under its monitor, which no user
 * code can reach.
 */
@SuppressWarnings("ReferenceEquality") // waiters are known by identity
public final class ObjectEntry implements Awaited {
  private static final Object GONE = new Object();

  private final ObjectStore store;
  private final long node;
  private final long task;
  private final int index;
  private int holds;
  private volatile Object state;
  private volatile @Nullable Sharer sharer;

  /**
   * What keeps an entry's value for other processes, once its ref has left this one. Called from
   * any thread, without the entry's monitor.
   */
  public interface Sharer {
    /** There is an outcome now. */
    void settled(ObjectEntry entry);

    /** No ref, argument or value of this process holds the entry any more. */
    void unheld(ObjectEntry entry);
  }

  /** The state before there is an outcome. */
  private static final class Pending {
    final @Nullable ValueProducer producer;
    List<Waiter> waiters = List.of();

    void add(Waiter waiter) {
      if (waiters.isEmpty()) {
        waiters = List.of(waiter);
      } else {
        if (waiters.size() == 1) {
          waiters = new ArrayList<>(waiters);
        }
        waiters.add(waiter);
      }
    }

    Pending(@Nullable ValueProducer producer) {
      this.producer = producer;
    }
  }

  ObjectEntry(ObjectStore store, ObjectId id, @Nullable ValueProducer producer) {
    this.store = store;
    this.node = id.node();
    this.task = id.task();
    this.index = id.index();
    this.state = new Pending(producer);
  }

  /** Names the object. */
  public ObjectId id() {
    return new ObjectId(node, task, index);
  }

  /** The store it belongs to. */
  public ObjectStore store() {
    return store;
  }

  long task() {
    return task;
  }

  /** A hash of its id. */
  int spread() {
    long mixed = (node ^ task * 0x9E3779B97F4A7C15L) + index;
    mixed *= 0xBF58476D1CE4E5B9L;
    return (int) (mixed >>> 32);
  }

  /** Whether there is a value or a failure, as far as this process knows. */
  public boolean isReady() {
    if (state instanceof Pending pending) {
      want(pending);
      return !(state instanceof Pending);
    }
    return true;
  }

  private static void want(Pending pending) {
    if (pending.producer != null) {
      pending.producer.onRequested();
    }
  }

  /**
   * From now on other processes may hold the object: its value stays until the sharer discards it.
   * The first sharer counts.
   *
   * @return the one that counts
   */
  public synchronized Sharer share(Sharer with) {
    if (state == GONE) {
      throw closed();
    }
    var present = sharer;
    if (present == null) {
      sharer = with;
      return with;
    }
    return present;
  }

  /** Who keeps it for other processes, or null. */
  public @Nullable Sharer sharer() {
    return sharer;
  }

  /** Whether a ref, argument or value of this process holds it, as far as they count explicitly. */
  public synchronized boolean isHeld() {
    return holds > 0;
  }

  /**
   * Where its bytes are and how many, if it is ready and they are more than travel in a frame; null
   * for others.
   */
  public @Nullable Weight weight() {
    return switch (state) {
      case Content.Away(var remote) -> new Weight(remote.at(), remote.bytes());
      case Content.InStore sealed -> new Weight(store.node(), sealed.byteSize());
      default -> null;
    };
  }

  /**
   * How much of an object is where.
   *
   * @param at a process that has it
   * @param bytes its size
   */
  public record Weight(NodeId at, long bytes) {}

  /** The outcome: a content, a failure, or null while there is none. */
  public @Nullable Object outcome() {
    return state instanceof Content || state instanceof Failure ? state : null;
  }

  /** Whether there is a failure, and no value to come. */
  public boolean isFailed() {
    return state instanceof Failure;
  }

  /** Cancels whoever would make the value; false if there is nothing to cancel. */
  public boolean cancel(boolean recursive) {
    var producer = producer();
    if (producer != null) {
      producer.cancel(task, recursive);
    }
    return producer != null;
  }

  @Override
  public WaitStep waitStep() {
    if (!(state instanceof Pending pending)) {
      return WaitStep.end(this + " is there", WaitCause.READY);
    }
    return pending.producer == null
        ? WaitStep.end(this + " is pending, and nobody makes it", WaitCause.NOBODY)
        : pending.producer.waitStep(id());
  }

  /** Who will make the value, while it is pending. */
  @Nullable
  ValueProducer producer() {
    return state instanceof Pending pending ? pending.producer : null;
  }

  /**
   * Sets the value. The first outcome counts.
   *
   * @return whether it was this one; a value that came too late is discarded
   */
  public boolean complete(Content content) {
    if (content instanceof Content.Away(var remote)) {
      remote.belongsTo(this);
    }
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
    Sharer shared;
    synchronized (this) {
      if (!(state instanceof Pending pending)) {
        return false;
      }
      waiters = pending.waiters;
      shared = sharer;
      unheld = holds == 0 && shared == null;
      state = unheld ? GONE : outcome;
    }
    if (unheld && outcome instanceof Content content) {
      content.discard();
    }
    try {
      if (shared != null) {
        shared.settled(this);
      }
    } finally {
      Notifications.tell(this, waiters);
    }
    return true;
  }

  /**
   * Tells the waiter when there is an outcome; false if there is one already and it will not be
   * told.
   */
  public boolean await(Waiter waiter) {
    Pending waitedFor;
    synchronized (this) {
      if (!(state instanceof Pending pending)) {
        return false;
      }
      pending.add(waiter);
      waitedFor = pending;
    }
    want(waitedFor);
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

  /** One less, for a hold that another is about to replace. */
  synchronized void unretain() {
    holds--;
  }

  /** One less. The last one frees the value at once. */
  public void release() {
    Object last;
    Sharer shared;
    synchronized (this) {
      shared = sharer;
      if (--holds > 0 || (shared == null && state instanceof Pending)) {
        return;
      }
      last = state;
      if (shared == null) {
        state = GONE;
      }
    }
    if (shared != null) {
      shared.unheld(this);
    } else if (last instanceof Content content) {
      content.discard();
    }
  }

  /** Nobody in the cluster holds it any more: whoever still asks hears that it is gone. */
  public void vanish() {
    List<Waiter> waiters = List.of();
    Object last;
    synchronized (this) {
      last = state;
      if (last instanceof Pending pending) {
        waiters = pending.waiters;
      }
      state = GONE;
    }
    if (last instanceof Content content) {
      content.discard();
    }
    Notifications.tell(this, waiters);
  }

  private RefClosedException closed() {
    return new RefClosedException(
        "Object " + id()
            + " is gone: every ref to it had been closed. Keep one open for as long as the value is needed.");
  }

  /** For messages. */
  @Override
  public String toString() {
    return "Object " + id();
  }
}
