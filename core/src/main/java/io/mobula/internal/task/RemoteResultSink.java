package io.mobula.internal.task;

import io.mobula.ObjectId;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Sink that sends the results of another node's task back to it. */
final class RemoteResultSink implements TaskResultSink {
  private final HostedTaskSlot slot;
  private final ObjectId id;
  private final int attempt;
  private final Shape shape;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long startedAt = System.nanoTime();
  private int taken;
  private boolean ended;

  RemoteResultSink(HostedTaskSlot slot, ObjectId id, int attempt, Shape shape) {
    this.slot = slot;
    this.id = id;
    this.attempt = attempt;
    this.shape = shape;
    this.taken = shape.count();
  }

  @Override
  public boolean isForAnotherNode() {
    return true;
  }

  @Override
  public void started() {
    startedAt = System.nanoTime();
  }

  @Override
  public boolean returnUnstarted(ObjectId absent) {
    slot.returnUnstarted(id, absent);
    return true;
  }

  @Override
  public void staged() {
    slot.staged(id);
  }

  @Override
  public PreparedResults prepare(@Nullable Object value) throws ResultNotStoredException {
    return switch (shape.kind()) {
      case SINGLE -> prepareReceived(List.of(ResultNotStoredException.storeResult(store(), value)));
      case MANY -> prepareReceived(TaskResultSink.contentsOf(value, shape.count(), store()));
      case ELEMENT ->
        prepareReceived(List.of(ResultNotStoredException.storeResult(
            store(), StreamElements.at(value, shape.count()))));
      case STREAM -> {
        StreamElements.each(value, shape.count(), this::emit);
        yield prepareReceived(List.of());
      }
    };
  }

  private ObjectStore store() {
    return slot.host().store();
  }

  private void emit(int index, @Nullable Object element) throws ResultNotStoredException {
    var content = ResultNotStoredException.storeResult(store(), element);
    try {
      awaitRoom(index);
    } catch (RuntimeException e) {
      content.discard();
      throw e;
    }
    slot.host().item(slot, id, attempt, index, content);
  }

  /** Waits for the reader on the other node while as many elements as allowed are unread. */
  private void awaitRoom(int index) {
    lock.lock();
    try {
      if (index - taken >= shape.maxUnread() && !ended) {
        awaitReader(index);
      }
      if (ended) {
        throw new TaskCancelledException("The reader closed the stream of task " + id + ".", null);
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitReader(int index) {
    var hold = Execution.currentHold();
    hold.giveBack();
    try (var _ = BlockedThread.enter(store().node(), this::readerStep)) {
      while (index - taken >= shape.maxUnread() && !ended) {
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Task " + id + " was interrupted while its stream had no reader.");
    } finally {
      hold.takeBack();
    }
  }

  private WaitStep readerStep() {
    return WaitStep.end(
        "waits until the reader of the stream of task " + id + " on node " + slot.submitter()
            + " has read some of " + shape.maxUnread() + " results",
        WaitCause.PROGRAM);
  }

  @Override
  public void taken(int count) {
    lock.lock();
    try {
      taken = Math.max(taken, count);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    slot.over(id);
  }

  @Override
  public PreparedResults prepareReceived(List<ObjectContent> contents) {
    return new PreparedResults() {
      @Override
      public void publish() {
        end();
        slot.host().done(slot, id, attempt, System.nanoTime() - startedAt, contents);
      }

      @Override
      public void discard() {
        contents.forEach(ObjectContent::discard);
      }
    };
  }

  @Override
  public void fail(ObjectFailure failure) {
    end();
    slot.host().done(slot, id, attempt, System.nanoTime() - startedAt, List.of(failure));
  }

  @Override
  public Shape shape() {
    return shape;
  }
}
