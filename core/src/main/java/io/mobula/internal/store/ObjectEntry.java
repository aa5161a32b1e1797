package io.mobula.internal.store;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.RefClosedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * State of one object: pending first, then an {@link ObjectContent} or an {@link ObjectFailure} for
 * good, and gone when the last hold is released. Safe for all threads; changes happen under its
 * monitor, which user code cannot reach.
 */
@SuppressWarnings("ReferenceEquality") // listeners are known by identity
public final class ObjectEntry implements WaitPoint {
  private static final Object GONE = new Object();

  private final ObjectStore store;
  private final long node;
  private final long task;
  private final int index;
  private int holds;
  private volatile Object state;
  private volatile @Nullable ClusterHold clusterHold;

  /**
   * Hold of other processes on an entry whose ref has left this process: it keeps the value for
   * them. Called from any thread, without the entry's monitor.
   */
  public interface ClusterHold {
    /** Handles the outcome of the entry. */
    void onSettled(ObjectEntry entry);

    /** Handles the end of the last hold of this process, by a ref, argument or value. */
    void onUnheld(ObjectEntry entry);
  }

  /** State of an entry without an outcome. */
  private static final class PendingState {
    final @Nullable ValueProducer producer;
    List<CompletionListener> listeners = List.of();

    void add(CompletionListener listener) {
      if (listeners.isEmpty()) {
        listeners = List.of(listener);
      } else {
        if (listeners.size() == 1) {
          listeners = new ArrayList<>(listeners);
        }
        listeners.add(listener);
      }
    }

    PendingState(@Nullable ValueProducer producer) {
      this.producer = producer;
    }
  }

  /** Creates the entry of an object whose value that producer makes, or somebody for null. */
  ObjectEntry(ObjectStore store, ObjectId id, @Nullable ValueProducer producer) {
    this.store = store;
    this.node = id.node();
    this.task = id.task();
    this.index = id.index();
    this.state = new PendingState(producer);
  }

  /** Creates the entry of an object whose value is there already, and that nothing holds yet. */
  ObjectEntry(ObjectStore store, ObjectId id, ObjectContent content) {
    this.store = store;
    this.node = id.node();
    this.task = id.task();
    this.index = id.index();
    this.state = content;
  }

  /** Returns the id of the object. */
  public ObjectId id() {
    return new ObjectId(node, task, index);
  }

  /** Returns the store that the entry belongs to. */
  public ObjectStore store() {
    return store;
  }

  long task() {
    return task;
  }

  /** Returns a hash of the id. */
  int spread() {
    long mixed = (node ^ task * 0x9E3779B97F4A7C15L) + index;
    mixed *= 0xBF58476D1CE4E5B9L;
    return (int) (mixed >>> 32);
  }

  /** Returns whether there is a value or a failure, as far as this process knows. */
  public boolean isReady() {
    if (state instanceof PendingState pendingState) {
      want(pendingState);
      return !(state instanceof PendingState);
    }
    return true;
  }

  private static void want(PendingState pendingState) {
    if (pendingState.producer != null) {
      pendingState.producer.onRequested();
    }
  }

  /**
   * Records that other processes may hold the object from now on: its value stays until the cluster
   * hold discards it. The first cluster hold counts.
   *
   * @return the one that counts
   */
  public synchronized ClusterHold setClusterHoldIfAbsent(ClusterHold with) {
    if (state == GONE) {
      throw closed();
    }
    var present = clusterHold;
    if (present == null) {
      clusterHold = with;
      return with;
    }
    return present;
  }

  /** Returns the hold of other processes, or null. */
  public @Nullable ClusterHold clusterHold() {
    return clusterHold;
  }

  /**
   * Returns whether a ref, argument or value of this process holds the entry, by the explicit
   * count.
   */
  public synchronized boolean isHeld() {
    return holds > 0;
  }

  /**
   * Returns where the bytes are and how many, if the object is ready and too large to travel in a
   * frame; else null.
   */
  public @Nullable Locality locality() {
    return switch (state) {
      case ObjectContent.RemoteValue(var remote) -> new Locality(remote.holder(), remote.bytes());
      case ObjectContent.Sealed sealed -> new Locality(store.node(), sealed.byteSize());
      default -> null;
    };
  }

  /**
   * Location and size of an object, for placing work near it.
   *
   * @param holder a process that has the object
   * @param bytes its size
   */
  public record Locality(NodeId holder, long bytes) {}

  /** Returns the outcome: a content, a failure, or null while there is none. */
  public @Nullable Object outcome() {
    return state instanceof ObjectContent || state instanceof ObjectFailure ? state : null;
  }

  /** Returns whether the outcome is a failure. */
  public boolean isFailed() {
    return state instanceof ObjectFailure;
  }

  /** Cancels the work that would make the value; returns false if there is nothing to cancel. */
  public boolean cancel(boolean recursive) {
    var producer = producer();
    if (producer != null) {
      producer.cancel(task, recursive);
    }
    return producer != null;
  }

  @Override
  public WaitStep waitStep() {
    if (!(state instanceof PendingState pendingState)) {
      return WaitStep.end(this + " is there", WaitCause.READY);
    }
    return pendingState.producer == null
        ? WaitStep.end(this + " is pending, and nothing produces it", WaitCause.NOBODY)
        : pendingState.producer.waitStep(id());
  }

  /** Returns the producer of the value while the value is pending, else null. */
  @Nullable
  ValueProducer producer() {
    return state instanceof PendingState pendingState ? pendingState.producer : null;
  }

  /**
   * Sets the value as the outcome. The first outcome counts.
   *
   * @return whether it was this one; a value that came too late is discarded
   */
  public boolean complete(ObjectContent content) {
    if (content instanceof ObjectContent.RemoteValue(var remote)) {
      remote.bindTo(this);
    }
    boolean first = settle(content);
    if (!first) {
      content.discard();
    }
    return first;
  }

  /** Sets the failure as the outcome. The first outcome counts. */
  public boolean fail(ObjectFailure failure) {
    return settle(failure);
  }

  private boolean settle(Object outcome) {
    List<CompletionListener> waiters;
    boolean unheld;
    ClusterHold shared;
    synchronized (this) {
      if (!(state instanceof PendingState pendingState)) {
        return false;
      }
      waiters = pendingState.listeners;
      shared = clusterHold;
      unheld = holds == 0 && shared == null;
      state = unheld ? GONE : outcome;
    }
    if (unheld && outcome instanceof ObjectContent content) {
      content.discard();
    }
    try {
      if (shared != null) {
        shared.onSettled(this);
      }
    } finally {
      CompletionNotifier.tell(this, waiters);
    }
    return true;
  }

  /**
   * Registers a listener for the outcome. Returns false, and never calls it, if there is an outcome
   * already.
   */
  public boolean await(CompletionListener listener) {
    PendingState waitedFor;
    synchronized (this) {
      if (!(state instanceof PendingState pendingState)) {
        return false;
      }
      pendingState.add(listener);
      waitedFor = pendingState;
    }
    want(waitedFor);
    return true;
  }

  /** Removes a listener that is not interested any more. */
  public synchronized void forget(CompletionListener listener) {
    if (state instanceof PendingState pendingState) {
      if (pendingState.listeners.size() == 1) {
        pendingState.listeners =
            pendingState.listeners.getFirst() == listener ? List.of() : pendingState.listeners;
      } else {
        pendingState.listeners.remove(listener);
      }
    }
  }

  /**
   * Returns the content of an entry that has an outcome.
   *
   * @throws io.mobula.error.MobulaException the failure, if that is the outcome
   */
  ObjectContent content() {
    return switch (state) {
      case ObjectContent content -> content;
      case ObjectFailure failure -> throw failure.toException();
      case PendingState pendingState ->
        throw new IllegalStateException(
            id() + " is pending: " + pendingState.listeners.size() + " wait");
      default -> throw closed();
    };
  }

  /** Returns the failure, if that is the outcome, else null. */
  public @Nullable ObjectFailure failure() {
    return state instanceof ObjectFailure failure ? failure : null;
  }

  /** Adds the hold of a ref, a waiting argument or a containing value. */
  public synchronized ObjectEntry retain() {
    if (state == GONE) {
      throw closed();
    }
    holds++;
    return this;
  }

  /** Removes one of the holds. Removing the last one frees the value at once. */
  public void release() {
    Object last;
    ClusterHold shared;
    synchronized (this) {
      shared = clusterHold;
      if (--holds > 0 || (shared == null && state instanceof PendingState)) {
        return;
      }
      last = state;
      if (shared == null) {
        state = GONE;
      }
    }
    if (shared != null) {
      shared.onUnheld(this);
    } else if (last instanceof ObjectContent content) {
      content.discard();
    }
  }

  /**
   * Marks the object as gone when no process of the cluster holds it any more: later readers get an
   * exception.
   */
  public void markGone() {
    List<CompletionListener> waiters = List.of();
    Object last;
    synchronized (this) {
      last = state;
      if (last instanceof PendingState pendingState) {
        waiters = pendingState.listeners;
      }
      state = GONE;
    }
    if (last instanceof ObjectContent content) {
      content.discard();
    }
    CompletionNotifier.tell(this, waiters);
  }

  private RefClosedException closed() {
    return new RefClosedException(
        "Object " + id()
            + " is gone: every ref to it had been closed. Keep one open for as long as the value is needed.");
  }

  /** Returns the name of the object for messages. */
  @Override
  public String toString() {
    return "Object " + id();
  }
}
