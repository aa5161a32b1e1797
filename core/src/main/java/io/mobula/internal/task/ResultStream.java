package io.mobula.internal.task;

import io.mobula.ObjectRef;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.Lineage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stream of the results of one task. The task's slot fills it and waits while too many results are
 * unread; one reader empties it.
 */
final class ResultStream<T extends @Nullable Object> {
  private final ObjectStore store;
  private final long task;
  private final int maxUnread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<ObjectRef<T>> unread = new ArrayDeque<>();
  private Runnable onClose = () -> {};
  private volatile @Nullable WaitPoint producer;
  private IntConsumer readListener = taken -> {};
  private volatile @Nullable Lineage elements;
  private int emitted;
  private boolean ended;
  private boolean closed;

  ResultStream(ObjectStore store, long task, int maxUnread) {
    this.store = store;
    this.task = task;
    this.maxUnread = maxUnread;
  }

  /** Sets the action for a reader that leaves early; before the task starts. */
  void onClose(Runnable cancel) {
    onClose = cancel;
  }

  /** Sets the producer of the results; before the task starts. */
  void producer(WaitPoint maker) {
    producer = maker;
  }

  /** Emits all elements that the task returned, on the slot's thread. */
  void drain(@Nullable Object value) throws ResultNotStoredException {
    StreamElements.each(value, emitted(), (index, element) -> {
      emit(ref(index, ResultNotStoredException.storeResult(store, element)), true);
    });
    end();
  }

  private ObjectRef<T> ref(int index, ObjectContent content) {
    var entry = store.createPending(task, index, null);
    ObjectRef<T> ref = store.ref(entry);
    entry.complete(content);
    return ref;
  }

  /** Adds a result from another node, which does not send more than may be unread. */
  void arrived(int index, ObjectContent content) {
    if (index < emitted()) { // an earlier attempt has given this one
      content.discard();
    } else {
      emit(ref(index, content), false);
    }
  }

  /**
   * Sets a listener that is told how many results have been read, while another node makes them.
   */
  void onRead(IntConsumer listener) {
    lock.lock();
    try {
      readListener = listener;
      listener.accept(emitted - unread.size());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the lineage of the stream's elements, created for the first element and shared by all.
   */
  Lineage lineageOfElements(Supplier<Lineage> make) {
    var known = elements;
    if (known == null) {
      known = make.get();
      elements = known;
    }
    return known;
  }

  int maxUnread() {
    return maxUnread;
  }

  int emitted() {
    lock.lock();
    try {
      return emitted;
    } finally {
      lock.unlock();
    }
  }

  private void emit(ObjectRef<T> ref, boolean mayWait) {
    lock.lock();
    try {
      if (mayWait && unread.size() >= maxUnread && !ended) {
        waitForReader();
      }
      if (closed || ended) {
        ref.close();
        if (!mayWait) {
          return;
        }
        throw new TaskCancelledException(
            "The reader closed the stream of task " + task + ".", null);
      }
      unread.addLast(ref);
      emitted++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void waitForReader() {
    var hold = Execution.currentHold();
    hold.giveBack();
    try (var _ = BlockedThread.enter(
        store.node(),
        () -> WaitStep.end(
            "waits until the reader of the stream of task " + task + " has read some of "
                + maxUnread + " results",
            WaitCause.PROGRAM))) {
      while (unread.size() >= maxUnread && !closed && !ended) {
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Task " + task + " was interrupted while its stream had no reader.");
    } finally {
      hold.takeBack();
    }
  }

  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the stream with one more ref, whose {@code get} throws. Does nothing if the stream has
   * ended.
   */
  void fail(ObjectFailure failure) {
    lock.lock();
    try {
      if (!ended && !closed) {
        ObjectEntry entry = store.createPending(task, emitted++, null);
        unread.addLast(store.ref(entry));
        entry.fail(failure);
      }
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Closes the stream for its reader: cancels the task and releases unread results. A second call
   * has no effect.
   */
  void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      unread.forEach(ObjectRef::close);
      unread.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    onClose.run();
  }

  /** Waits for the next result or the end; returns whether there is a result. */
  boolean awaitNext() {
    lock.lock();
    try {
      if (unread.isEmpty() && !ended && !closed) {
        waitForResult();
      }
      return !unread.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private WaitStep waitStep() {
    var maker = producer;
    var what = "waits for the next result of the stream of task " + task;
    return maker == null ? WaitStep.end(what, WaitCause.UNKNOWN) : WaitStep.via(what, maker);
  }

  private void waitForResult() {
    var hold = Execution.currentHold();
    hold.giveBack();
    try (var _ = BlockedThread.enter(store.node(), this::waitStep)) {
      while (unread.isEmpty() && !ended && !closed) {
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while waiting for the next result of task " + task + ".");
    } finally {
      hold.takeBack();
    }
  }

  /** Returns the next result; only after {@link #awaitNext} has returned true. */
  ObjectRef<T> take() {
    lock.lock();
    try {
      if (unread.isEmpty()) {
        throw new NoSuchElementException("The stream of task " + task + " has ended.");
      }
      changed.signalAll();
      var first = unread.removeFirst();
      readListener.accept(emitted - unread.size());
      return first;
    } finally {
      lock.unlock();
    }
  }
}
